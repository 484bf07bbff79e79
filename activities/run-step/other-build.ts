import { perennialError } from '../../core/errors';
import type { StepArgument } from '../../core/interpret/activity';

/**
 * Refuses a step of a run that is pinned to another build. Temporal hands one out like that when no worker of the run's build
 * has ever polled the pool.
 *
 * @throws PER_RUN_170 naming both builds
 */
export function refuseOtherBuild(
  { pinnedTo }: { readonly pinnedTo?: string },
  { run, step, address, build }: Pick<StepArgument, 'run' | 'step' | 'address' | 'build'>,
): void {
  if (pinnedTo === undefined || build === undefined || build === pinnedTo) return;
  throw perennialError(
    'PER_RUN_170',
    `${address} (${step}) of ${run} is of the build ${build}, and came to a worker of the build ${pinnedTo}: no worker of its own polls this pool.`,
  );
}
