import { trouble } from '../../client/schedules/trouble';
import type { Project } from '../../workers/load-project';
import type { Settings } from '../settings';
import { check, type Finding } from './finding';

const NAME = 'schedules';

/** Whether Temporal's schedules equal the project's, and whether ticks came to nothing. */
export async function checkSchedules(
  { temporalAddress: address, temporalNamespace: namespace, preview }: Settings,
  load: () => Promise<Project>,
): Promise<Finding> {
  const skipped: Finding = { check: NAME, status: 'skipped', found: 'no server to ask', fix: '' };
  if (address === null) return skipped;
  if (preview !== null) return { ...skipped, found: 'a preview has none, unless it was made --with-schedules' };
  const found = await check(NAME, '', async () => {
    const project = await load();
    const { connectTemporal } = await import('../../client/connection.js');
    const { lookAtSchedules } = await import('../../client/schedules/sync-schedules.js');
    const temporal = await connectTemporal({ address, namespace });
    try {
      const look = await lookAtSchedules({ temporal }, project);
      const differing = look.changes.filter(({ change }) => change !== 'none').length;
      return judgeSchedules(differing, look.changes.length, look.found.flatMap(trouble));
    } finally {
      await temporal.connection.close();
    }
  });
  // That Temporal or the project are not as they should be is told by their own checks.
  return found.status === 'fail' ? skipped : found;
}

/** The finding about schedules of which some differ from the code, and what is wrong with ticks. */
export function judgeSchedules(differing: number, all: number, troubles: readonly string[]): Omit<Finding, 'check'> {
  if (differing > 0) {
    const fix = '`perennial schedules sync`; with --dry-run it prints how they differ.';
    return { status: 'warn', found: `${differing} of ${all} differ from the code`, fix };
  }
  const [first] = troubles;
  if (first === undefined) return { status: 'ok', found: all === 0 ? 'none' : `${all}, as in the code`, fix: '' };
  const more = troubles.length === 1 ? '' : ` And ${troubles.length - 1} more.`;
  return { status: 'warn', found: `${first}${more}`, fix: '`perennial schedules` shows each.' };
}
