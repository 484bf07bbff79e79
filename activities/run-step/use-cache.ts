import type { Json } from '../../core';
import type { EnvironmentDetail } from '../../store/cache/key-part';
import { type CacheEntry, lookUpCache } from '../../store/cache/look-up';
import type { CacheMiss, CacheParts, CacheReason, NewCacheEntry } from '../../store/nodes/node-row';
import { jsonDigest } from '../../store/plans/json-digest';
import { brokenBlob } from './broken-blob';
import { fingerprintOf, keyOf } from './cache-key';
import type { RunStepDependencies } from './dependencies';
import { keepKeyParts } from './keep-key-parts';
import type { KnownStep } from './known-step';

/** A look-up's answer: an output to use, or why there is none; and the entry to store with the commit. */
export interface LookUp {
  readonly hit: { readonly output: Json } | null;
  readonly reason: CacheReason;
  readonly entry: NewCacheEntry | null;
}

/** The answer where the cache is off for this step, run or node. */
export const CACHE_OFF: LookUp = { hit: null, reason: { hit: false, differed: ['off'] }, entry: null };

/**
 * Looks for an output of the same step with the same code, input and environment, whose blobs are still whole.
 *
 * @param resources what of the step's resources everyone may see: another host is another environment
 */
export async function useCache(
  dependencies: RunStepDependencies,
  step: KnownStep,
  node: { readonly address: string; readonly input: Json },
  resources: EnvironmentDetail = {},
): Promise<LookUp> {
  const { db, environment } = dependencies;
  const fingerprint = fingerprintOf(environment.engine, resources);
  const code = step.code();
  const own = { code: code.digest, environment: jsonDigest(fingerprint) };
  const entry = keyOf(step.contract.name, node.input, own);
  const found = await lookUpCache(db, { step: entry.step, key: entry.key, address: node.address });
  const broken = found?.key === entry.key ? await brokenBlob(dependencies, found.output) : null;
  if (found?.key === entry.key && broken === null) {
    const from = { run: found.run_id, address: found.address };
    return { hit: { output: found.output }, reason: { hit: true, from }, entry: null };
  }
  await keepKeyParts(db, [
    { digest: entry.parts.code, part: 'code', detail: code.detail },
    { digest: entry.parts.environment, part: 'environment', detail: fingerprint },
  ]);
  return { hit: null, reason: missOf(entry, found, broken), entry };
}

/** The same answer after the step has run: a program that was edited meanwhile leaves no output to be used again. */
export function stillTrue(look: LookUp, step: KnownStep): LookUp {
  return look.entry === null || digestNow(step) === look.entry.parts.code ? look : { ...look, entry: null };
}

function digestNow(step: KnownStep): string | null {
  try {
    return step.code().digest;
  } catch {
    // A file of the program is gone. What it has made is made.
    return null;
  }
}

function missOf({ key, parts }: NewCacheEntry, found: CacheEntry | null, broken: string | null): CacheMiss {
  if (found === null) return { hit: false, differed: ['first'] };
  const against = { run: found.run_id, address: found.address };
  if (found.key === key) {
    return { hit: false, differed: ['artifact'], against, ...(broken === null ? {} : { artifact: broken }) };
  }
  const differed = (['code', 'input', 'environment'] as const).filter((part) => found.parts[part] !== parts[part]);
  return { hit: false, differed, against, was: digestsOf(differed, found.parts), is: digestsOf(differed, parts) };
}

function digestsOf(names: readonly (keyof CacheParts)[], parts: CacheParts): Partial<CacheParts> {
  return Object.fromEntries(names.flatMap((name) => (name === 'input' ? [] : [[name, parts[name]]])));
}
