import { isCommand } from '../../core';
import { jsonDigest } from '../../store/plans/json-digest';
import type { AnnouncedStep } from '../../store/workers/see-worker';
import { fingerprintOf } from './cache-key';
import type { RunStepDependencies } from './dependencies';
import { knownStep } from './known-step';
import { NO_RESOURCES } from './resources';

/**
 * What the cache keys of a worker's steps are made of, for those who look up an output without this worker. Not that of a
 * program: its files are read at each look-up.
 */
export function announcedSteps(dependencies: RunStepDependencies, names: readonly string[]): AnnouncedStep[] {
  const { environment, resources = NO_RESOURCES } = dependencies;
  return names.flatMap((step) => {
    const known = knownStep(dependencies, step);
    if (isCommand(known.handler)) return [];
    const fingerprint = fingerprintOf(environment.engine, resources.identityOf(known.contract));
    return [{ step, code: known.code().digest, environment: jsonDigest(fingerprint) }];
  });
}
