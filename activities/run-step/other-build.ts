import { perennialError } from '../../core/errors';
import type { StepArgument } from '../../core/interpret/activity';
import type { Db } from '../../store/db';
import { findPin } from '../../store/runs/find-pin';

/**
 * Refuses a step of a run that is pinned to another build. Temporal hands one out like that when no worker of the run's build
 * has ever polled the pool. One whose run was moved to this build after it was handed out is not refused.
 *
 * @throws PER_RUN_170 naming both builds
 */
export async function refuseOtherBuild(
  { pinnedTo, db }: { readonly pinnedTo?: string; readonly db: Db },
  { run, step, address, build }: Pick<StepArgument, 'run' | 'step' | 'address' | 'build'>,
): Promise<void> {
  if (pinnedTo === undefined || build === undefined || build === pinnedTo) return;
  if ((await findPin(db, run)) === pinnedTo) return;
  throw perennialError(
    'PER_RUN_170',
    `${address} (${step}) of ${run} is of the build ${build}, and came to a worker of the build ${pinnedTo}: no worker of its own polls this pool.`,
  );
}
