import type { Json, Pipeline } from '../core';
import { perennialError } from '../core/errors';
import { toJson } from './run-step/to-json';

/**
 * The config of a run as its steps read it: parsed, with its defaults filled in.
 *
 * @throws PER_RUN_013 with every key that was refused and why
 */
export async function parseConfig(pipeline: Pipeline, given: unknown): Promise<Json> {
  const { name, config } = pipeline;
  const parsed = await config.safeParseAsync(given);
  if (parsed.success) return toJson(parsed.data, `The config of ${name}`);
  const issues = parsed.error.issues.map(
    (issue) => `${issue.path.map(String).join('.') || 'config'}: ${issue.message}`,
  );
  throw perennialError('PER_RUN_013', `The config of ${name} was refused (${issues.join('; ')}).`);
}
