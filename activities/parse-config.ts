import type { Json, Pipeline } from '../core';
import { configRefusal } from '../core/define/config-refusal';
import { perennialError } from '../core/errors';
import { isObject } from '../core/plan/json';
import { PARTITION, partitionOf } from '../core/partitions/partition';
import { toJson } from './run-step/to-json';

/**
 * The config of a run with the partition that it works on.
 *
 * @param unknown what becomes of keys that the contract does not know ({@link parseConfig})
 * @throws PER_RUN_013 as `parseConfig`, PER_RUN_120 for a partition that is not there, none where there has to be one, and
 * one where there is none
 */
export async function configOf(
  pipeline: Pipeline,
  given: unknown,
  key: string | undefined,
  unknown: UnknownKeys = 'refused',
): Promise<Json> {
  const { name, partitions } = pipeline;
  const config = await parseConfig(pipeline, given, unknown);
  if (key === undefined && partitions === null) return config;
  if (key === undefined) throw perennialError('PER_RUN_120', `A run of ${name} works on one of its partitions.`);
  if (partitions === null) throw perennialError('PER_RUN_120', `${name} has no partitions, '${key}' neither.`);
  const partition = { ...partitionOf(name, partitions, key) };
  return { ...(isObject(config) && config), [PARTITION]: partition };
}

/**
 * What a person writes and nobody knows is a mistake. What a graph wires into a call may hold more than the called
 * pipeline asks for, as the input of a step may.
 */
export type UnknownKeys = 'refused' | 'dropped';

/**
 * The config of a run as its steps read it: parsed, with its defaults filled in.
 *
 * @throws PER_RUN_013 with every key that was refused and why; also for keys that its contract does not know, where they
 * are refused
 */
export async function parseConfig(pipeline: Pipeline, given: unknown, unknown: UnknownKeys = 'refused'): Promise<Json> {
  const parsed = await pipeline.config.safeParseAsync(given);
  const refusal = configRefusal(pipeline, unknown === 'refused' ? given : null, parsed.error?.issues);
  if (refusal) throw refusal;
  return toJson(parsed.data, `The config of ${pipeline.name}`);
}
