import type { Json } from '../../core';
import type { EnvironmentDetail } from '../../store/cache/key-part';
import type { NewCacheEntry } from '../../store/nodes/node-row';
import { jsonDigest } from '../../store/plans/json-digest';
import type { OwnParts } from '../../store/workers/see-worker';

/** The key of a step's output; artifacts in the input stand there by their digest. */
export function keyOf(step: string, input: Json, { code, environment }: OwnParts): NewCacheEntry {
  const parts = { code, input: jsonDigest(input), environment };
  return { key: jsonDigest({ step, ...parts }), step, parts };
}

/**
 * What else than code and input an output may depend on.
 *
 * @param resources what of the step's resources everyone may see: another host is another environment
 */
export function fingerprintOf(build: string, resources: EnvironmentDetail = {}): EnvironmentDetail {
  return { node: process.version, platform: `${process.platform}-${process.arch}`, build, ...resources };
}
