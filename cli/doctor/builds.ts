import { WORKFLOW_POOL } from '../../core/plan/workflow-pool';
import { openDb } from '../../store/db';
import { type BuildWorkers, listBuilds } from '../../store/workers/list-builds';
import type { Settings } from '../settings';
import { check, type Finding } from './finding';

const NAME = 'builds';

/** Whether the build that new runs begin with has workers: without them a run waits, and has no record that could say so. */
export async function checkBuilds({
  databaseUrl,
  temporalAddress: address,
  temporalNamespace: namespace,
}: Settings): Promise<Finding> {
  const skipped: Finding = { check: NAME, status: 'skipped', found: 'no server to ask', fix: '' };
  if (databaseUrl === null || address === null) return skipped;
  const found = await check(NAME, '', async () => {
    const { connectTemporal } = await import('../../client/connection.js');
    const { describeDeployment } = await import('../../client/deploy/deployment.js');
    const temporal = await connectTemporal({ address, namespace });
    const db = openDb(databaseUrl, { max: 1 });
    try {
      return judgeBuilds((await describeDeployment(temporal)).current, await listBuilds(db));
    } finally {
      await Promise.all([db.end(), temporal.connection.close()]);
    }
  });
  // That one of them is not as it should be is told by their own checks.
  return found.status === 'fail' ? skipped : found;
}

/** The finding about the current build (null: runs are not pinned) and the workers that are there. */
export function judgeBuilds(current: string | null, there: readonly BuildWorkers[]): Omit<Finding, 'check'> {
  if (current === null) return { status: 'ok', found: 'runs are not pinned here', fix: '' };
  if (there.some(({ build, pool }) => build === current && pool === WORKFLOW_POOL)) {
    return { status: 'ok', found: `new runs begin with ${current}`, fix: '' };
  }
  return {
    status: 'warn',
    found: `new runs begin with ${current}, which has no worker of the pool '${WORKFLOW_POOL}': they wait`,
    fix: 'Start its workers again, or make a build current that has some: `perennial deploy set-current`.',
  };
}
