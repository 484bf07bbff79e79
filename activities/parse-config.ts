import type { Json, Pipeline } from '../core';
import { configRefusal } from '../core/define/config-refusal';
import { toJson } from './run-step/to-json';

/**
 * The config of a run as its steps read it: parsed, with its defaults filled in.
 *
 * @throws PER_RUN_013 with every key that was refused and why; also for keys that its contract does not know
 */
export async function parseConfig(pipeline: Pipeline, given: unknown): Promise<Json> {
  const parsed = await pipeline.config.safeParseAsync(given);
  const refusal = configRefusal(pipeline, given, parsed.error?.issues);
  if (refusal) throw refusal;
  return toJson(parsed.data, `The config of ${pipeline.name}`);
}
