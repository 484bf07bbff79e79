import { perennialError } from '../errors';
import { sentence } from '../errors/sentence';
import { evaluate } from '../expr/evaluate';
import { isList, type Json } from '../plan/json';
import type { MapNode } from '../plan/plan';
import { type Draft, mapAt, nodeAt, valuesAt } from './draft';
import { failureOf } from './failure';
import { MAX_LIST_SIZE, sizeOf } from './limits';
import { mapNodeOf } from './open-units';
import type { Failure } from './state';
import { isTooMany } from './tolerance';

/**
 * The list of a map's values, from its items or from its shards; settled where the map tolerates failures.
 *
 * @throws PER_FLOW_004 a list too large to travel, PER_FLOW_010 more failures than are tolerated
 */
export function listOf(draft: Draft, address: string): Json {
  const { units, from, shardSize } = mapAt(draft, address);
  const node = mapNodeOf(draft, nodeAt(draft, address));
  const range = Array.from({ length: units }, (_, unit) => unit);
  const list: Json[] =
    shardSize === null
      ? range.map((unit) => itemValue(draft, address, node, from + unit))
      : range.flatMap((unit) => shardOutput(draft, `${address}#${unit}`));
  if (node.tolerate !== undefined) checkFailures(address, node, list);
  const size = sizeOf(list);
  if (size > MAX_LIST_SIZE)
    throw perennialError(
      'PER_FLOW_004',
      `The list of the map ${address} has ${size} characters, ${MAX_LIST_SIZE} at most.`,
    );
  return list;
}

function itemValue(draft: Draft, address: string, node: MapNode, index: number): Json {
  const { at } = nodeAt(draft, address);
  const value = (): Json => evaluate(node.body.output, valuesAt(draft, { ...at, [node.id]: index }));
  if (node.tolerate === undefined) return value();
  const failure = mapAt(draft, address).failures?.[index];
  if (failure) return failed(failure);
  try {
    return { status: 'completed', value: value(), error: null };
  } catch (error) {
    return failed(failureOf(error));
  }
}

function failed({ type, message }: Failure): Json {
  return { status: 'failed', value: null, error: { type, message } };
}

function checkFailures(address: string, node: MapNode, list: readonly Json[]): void {
  const reasons = list.flatMap((item) => reasonIn(item));
  if (!isTooMany(reasons.length, node.tolerate)) return;
  throw perennialError(
    'PER_FLOW_010',
    `${reasons.length} of the items of the map ${address} failed and it tolerates ${node.tolerate ?? 0}. The first: ${sentence(reasons[0] ?? '')}`,
  );
}

function reasonIn(item: Json): string[] {
  if (item === null || typeof item !== 'object' || isList(item)) return [];
  const { status, error } = item;
  if (status !== 'failed' || error === null || typeof error !== 'object' || isList(error)) return [];
  const { message } = error;
  return [typeof message === 'string' ? message : ''];
}

function shardOutput(draft: Draft, address: string): readonly Json[] {
  const { output } = nodeAt(draft, address);
  if (!isList(output)) throw perennialError('PER_FLOW_009', `The shard ${address} gave no list.`);
  return output;
}
