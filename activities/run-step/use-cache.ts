import type { ArtifactStore, Json } from '../../core';
import { findArtifacts } from '../../store/artifacts';
import { lookUpCache } from '../../store/cache/look-up';
import type { CacheParts, CacheReason, NewCacheEntry } from '../../store/nodes/node-row';
import { jsonDigest } from '../../store/plans/json-digest';
import type { RunStepDependencies } from './dependencies';
import { digestsIn } from './digests-in';
import type { KnownStep } from './known-step';

/** A look-up's answer: an output to use, or why there is none; and the entry to store with the commit. */
export interface LookUp {
  readonly hit: { readonly output: Json } | null;
  readonly reason: CacheReason;
  readonly entry: NewCacheEntry | null;
}

/** The answer where the cache is off for this step, run or node. */
export const CACHE_OFF: LookUp = { hit: null, reason: { hit: false, differed: ['off'] }, entry: null };

/** Looks for an output of the same step with the same code, input and environment, whose blobs are still whole. */
export async function useCache(
  dependencies: RunStepDependencies,
  step: KnownStep,
  input: Json,
  packages: string | null,
): Promise<LookUp> {
  const entry = keyOf(step, input, { build: dependencies.environment.build, packages });
  const found = await lookUpCache(dependencies.db, entry.step, entry.key);
  if (found === null) return miss(entry, ['first']);
  if (found.key !== entry.key) return miss(entry, partsThatDiffer(found.parts, entry.parts));
  if (!(await blobsAreWhole(dependencies, found.output))) return miss(entry, ['artifact']);
  return {
    hit: { output: found.output },
    reason: { hit: true, from: { run: found.run_id, address: found.address } },
    entry: null,
  };
}

/** Of a worker: the engine's build, and the digest of its project's packages (null: no lockfile). */
export interface Surroundings {
  readonly build: string;
  readonly packages: string | null;
}

/** The key of a step's output; artifacts in the input stand there by their digest. */
export function keyOf(
  step: Pick<KnownStep, 'contract' | 'code'>,
  input: Json,
  surroundings: Surroundings,
): NewCacheEntry {
  const name = step.contract.name;
  const parts = { code: step.code, input: jsonDigest(input), environment: jsonDigest(fingerprint(surroundings)) };
  return { key: jsonDigest({ step: name, ...parts }), step: name, parts };
}

/** What else than code and input an output may depend on. */
function fingerprint({ build, packages }: Surroundings): Json {
  return { node: process.version, platform: `${process.platform}-${process.arch}`, build, packages };
}

function miss(entry: NewCacheEntry, differed: readonly string[]): LookUp {
  return { hit: null, reason: { hit: false, differed }, entry };
}

function partsThatDiffer(was: CacheParts, is: CacheParts): string[] {
  return (['code', 'input', 'environment'] as const).filter((part) => was[part] !== is[part]);
}

/** Every text of the output that names an artifact of the records must still be there with its digest. */
async function blobsAreWhole(
  dependencies: { readonly db: RunStepDependencies['db']; readonly artifacts: ArtifactStore },
  output: Json,
): Promise<boolean> {
  const recorded = await findArtifacts(dependencies.db, digestsIn(output));
  const whole = await Promise.all(
    recorded.map(({ digest }) =>
      dependencies.artifacts.pathOf(digest).then(
        () => true,
        () => false,
      ),
    ),
  );
  return whole.every(Boolean);
}
