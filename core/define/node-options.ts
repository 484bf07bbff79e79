import { perennialError } from '../errors';
import { readNodes } from '../expr/reads';
import { toExpression } from '../expr/wire';
import type { Tolerance } from '../plan/plan';
import type { NodeOptions } from './graph';

/** Ids of the nodes that a node comes after. */
export function readAfter(options: NodeOptions): string[] {
  const { after } = options;
  if (after === undefined) return [];
  const refs: readonly unknown[] = Array.isArray(after) ? after : [after];
  return [...new Set(refs.flatMap((ref) => readNodes(toExpression(ref, '`after`'))))];
}

/** A field of its own only when it is given: a map that tolerates nothing has the plan that it always had. */
export function readTolerance(id: string, tolerate: Tolerance | undefined): { readonly tolerate?: Tolerance } {
  if (tolerate === undefined) return {};
  if (tolerate !== 'all' && (!Number.isInteger(tolerate) || tolerate < 1)) {
    throw perennialError('PER_DEF_016', `tolerate of ${id} is ${tolerate}, neither a count from 1 nor 'all'.`);
  }
  return { tolerate };
}

/** @throws PER_DEF_012 */
export function readNames(id: string, by: readonly string[]): readonly string[] {
  if (by.length > 0 && by.every((name) => name.trim() !== '')) return [...by];
  throw perennialError('PER_DEF_012', `The approval ${id} names nobody who may answer.`);
}

/** @throws PER_DEF_016 */
export function readCount(what: string, count: number): number {
  if (Number.isInteger(count) && count >= 1) return count;
  throw perennialError('PER_DEF_016', `${what} is ${count}, not a count from 1.`);
}
