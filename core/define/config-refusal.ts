import type { z } from 'zod';
import { perennialError, type PerennialError } from '../errors';
import { firstOf } from '../errors/sentence';
import { describeUnknownKey, unknownKeys } from './unknown-keys';

/**
 * Why a config is refused, whoever parsed it: what its contract says, and every key that the contract does not know.
 * Null: it is as it should be.
 *
 * @param issues what zod found, if anything
 * @returns PER_RUN_013 with the keys that are refused and why, the first ten of them
 */
export function configRefusal(
  { name, config }: { readonly name: string; readonly config: z.ZodType },
  given: unknown,
  issues: readonly z.core.$ZodIssue[] = [],
): PerennialError | null {
  const unknown = unknownKeys(config, given);
  const paths = new Set(unknown.map(({ path }) => path));
  const said = issues
    // A strict object says so too, without what was meant.
    .filter((issue) => issue.code !== 'unrecognized_keys' || !issue.keys.every((key) => paths.has(at(issue, key))))
    .map((issue) => `${at(issue) || 'config'}: ${issue.message}`);
  const all = [...unknown.map(describeUnknownKey), ...said];
  if (all.length === 0) return null;
  return perennialError('PER_RUN_013', `The config of ${name} was refused (${firstOf(all).join('; ')}).`);
}

function at({ path }: z.core.$ZodIssue, ...more: readonly string[]): string {
  return [...path.map(String), ...more].join('.');
}
