import type { Json } from '../plan/json';

/** Node executions (shards count as one each) in one workflow: keeps its history far below Temporal's 51,200 events. */
export const MAX_EXECUTIONS = 500;

/** Items a shard, at most. */
export const MAX_SHARD_ITEMS = 200;

/**
 * Items of a map that run at once where its `maxParallel` does not say: five full shards. 10,000 at once were measured at
 * 1.56 times the CPU an item that 1,000 take, and 1.85 times the worker's memory.
 */
export const ITEMS_AT_ONCE = 1_000;

/** Executions that each map of a plan is sure to have for its shards, whatever the others take. */
export const SHARDS_RESERVED = 20;

/** Characters of JSON of a map's list; a payload may have 2 MB, and a warning comes at half a megabyte. */
export const MAX_LIST_SIZE = 512 * 1024;

/** Characters of JSON of one node's input. */
export const MAX_INPUT_SIZE = 1024 * 1024;

/**
 * Bytes handed out to steps and shards in one message to Temporal, whose limit is 4 MB for all commands of a workflow
 * task, their headers and summaries included. One input always fits ({@link MAX_INPUT_SIZE}).
 */
export const MAX_BATCH_BYTES = 2 * 1024 * 1024;

/** Items a shard for a body of so many nodes. */
export function shardSizeFor(bodyNodes: number): number {
  return Math.max(1, Math.min(MAX_SHARD_ITEMS, Math.floor(MAX_EXECUTIONS / Math.max(1, bodyNodes))));
}

/** Bytes of a value's JSON text in UTF-8. */
export function bytesOf(value: Json): number {
  const text = JSON.stringify(value);
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    // A pair of surrogates is four bytes, two for each unit; other units above U+07FF are three.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/** Length of a value's JSON text, in UTF-16 units: an estimate of its bytes that costs one pass. */
export function sizeOf(value: Json): number {
  return JSON.stringify(value).length;
}
