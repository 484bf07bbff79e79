import type { z } from 'zod';
import { configRefusal } from '../core/define/config-refusal';
import { perennialError } from '../core/errors';

/** What the client needs to know of a pipeline: its name, which is the workflow's type, and its config's contract. */
export interface RunnablePipeline {
  readonly name: string;
  readonly config: z.ZodType;
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
