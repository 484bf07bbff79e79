import type { z } from 'zod';
import { configRefusal } from '../core/define/config-refusal';
import { perennialError } from '../core/errors';
import { partitionOf, refuseNotOver } from '../core/partitions/partition';
import type { Partitions } from '../core/partitions/spec';

/** What the client needs to know of a pipeline: its name, which is the workflow's type, and its config's contract. */
export interface RunnablePipeline {
  readonly name: string;
  readonly config: z.ZodType;
  /** Absent or null: its runs are about no partition. */
  readonly partitions?: Partitions | null;
}

/**
 * Finds a pipeline by name.
 *
 * @throws PER_RUN_012 naming those that exist
 */
export function findPipeline<P extends RunnablePipeline>(pipelines: readonly P[], name: string): P {
  const found = pipelines.find((pipeline) => pipeline.name === name);
  if (found) return found;
  const known = pipelines.map((pipeline) => pipeline.name).join(', ') || 'none';
  throw perennialError('PER_RUN_012', `There is no pipeline '${name}' (known: ${known}).`);
}

/**
 * Holds a config against the pipeline's contract before anything is started.
 *
 * @throws PER_RUN_013 with every key that was refused and why; also for keys that its contract does not know
 */
export function checkConfig(pipeline: RunnablePipeline, config: unknown): void {
  parseConfig(pipeline, config);
}

/**
 * Holds the partition that a run is to work on against those of its pipeline.
 *
 * @throws PER_RUN_120 no such partition, none given where there has to be one, or one where there are none; PER_RUN_121 it
 * is not over yet
 */
export function checkPartition(pipeline: RunnablePipeline, key: string | undefined, now: number): void {
  const { name, partitions = null } = pipeline;
  if (partitions === null) {
    if (key === undefined) return;
    throw perennialError('PER_RUN_120', `${name} has no partitions, '${key}' neither.`);
  }
  if (key === undefined) throw perennialError('PER_RUN_120', `A run of ${name} works on one of its partitions.`);
  refuseNotOver(name, partitionOf(name, partitions, key), now);
}

/**
 * A config as its contract makes it: checked, its defaults filled in.
 *
 * @throws PER_RUN_013 with every key that was refused and why; also for keys that its contract does not know
 */
export function parseConfig(pipeline: RunnablePipeline, config: unknown): unknown {
  const parsed = pipeline.config.safeParse(config);
  const refusal = configRefusal(pipeline, config, parsed.error?.issues);
  if (refusal) throw refusal;
  return parsed.data;
}
