import { perennialError } from '../errors';
import { readNodes } from '../expr/reads';
import { expressionOf } from '../expr/ref';
import { toExpression } from '../expr/wire';
import { mayAnswerAs, NOT_A_PERSON } from '../plan/approval';
import { milliseconds } from '../plan/duration';
import type { Override, Priority, Tolerance, WaitNode } from '../plan/plan';
import { readRetry } from '../plan/retry';
import type { NodeOptions, RunOptions, WaitTime } from './graph';
import { refuseUnknownOptions, RETRY_OPTIONS } from './known-options';
import type { StepContract } from './step';

/** Ids of the nodes that a node comes after. */
function readAfter(options: NodeOptions): string[] {
  const { after } = options;
  if (after === undefined) return [];
  const refs: readonly unknown[] = Array.isArray(after) ? after : [after];
  return [...new Set(refs.flatMap((ref) => readNodes(toExpression(ref, '`after`'))))];
}

/** What every node has beside its id. Fields that are not given are not there: a plan without them keeps its hash. */
export function readNode(options: NodeOptions): { readonly after: string[]; readonly tags?: readonly string[] } {
  const { tags = [] } = options;
  return { after: readAfter(options), ...(tags.length > 0 && { tags: [...new Set(tags)] }) };
}

/**
 * What a use of a step asks for instead of its contract.
 *
 * @throws PER_DEF_002 PER_DEF_071
 */
export function readOverride(
  id: string,
  { retry }: StepContract,
  options: RunOptions,
): { readonly override?: Override } {
  refuseUnknownOptions(`the retry of ${id}`, options.retry, RETRY_OPTIONS);
  const override = {
    ...(options.timeout !== undefined && { timeout: milliseconds(options.timeout, `The timeout of ${id}`) }),
    ...(options.retry !== undefined && { retry: readRetry(id, options.retry, retry) }),
    ...(options.cache !== undefined && { cache: options.cache }),
  };
  return Object.keys(override).length === 0 ? {} : { override };
}

/** A priority as a field of its own, when there is one. */
export function readPriority(priority: Priority | undefined): { readonly priority?: Priority } {
  return priority === undefined ? {} : { priority };
}

/** A field of its own only when it is given: a map that tolerates nothing has the plan that it always had. */
export function readTolerance(id: string, tolerate: Tolerance | undefined): { readonly tolerate?: Tolerance } {
  if (tolerate === undefined) return {};
  if (tolerate !== 'all' && (!Number.isInteger(tolerate) || tolerate < 1)) {
    throw perennialError('PER_DEF_024', `tolerate of ${id} is ${tolerate}, neither a count from 1 nor 'all'.`);
  }
  return { tolerate };
}

/**
 * What a wait waits for. A length that is written down is kept in milliseconds, however it was written.
 *
 * @throws PER_DEF_002 PER_DEF_016
 */
export function readTime(id: string, time: WaitTime): WaitNode['time'] {
  if (typeof time === 'number' || typeof time === 'string')
    return { for: { op: 'literal', value: milliseconds(time, `The length of ${id}`) } };
  const length = expressionOf(time);
  if (length) return { for: length };
  return { until: toExpression('until' in time ? time.until : time, `The moment of ${id}`) };
}

/** @throws PER_DEF_012 */
export function readNames(id: string, by: readonly string[]): readonly string[] {
  const nobody = by.find((name) => name.trim() === '' || !mayAnswerAs(name));
  if (by.length > 0 && nobody === undefined) return [...by];
  const why = nobody === undefined || nobody.trim() === '' ? '' : `: ${NOT_A_PERSON}`;
  throw perennialError('PER_DEF_012', `The approval ${id} names nobody who may answer${why}.`);
}

/** @throws PER_DEF_024 */
export function readCount(what: string, count: number): number {
  if (Number.isInteger(count) && count >= 1) return count;
  throw perennialError('PER_DEF_024', `${what} is ${count}, not a count from 1.`);
}
