import type { HandWritten, Pipeline } from '../../core';
import { openDb } from '../../store/db';
import { listPools } from '../../store/workers/list-pools';
import type { Project } from '../../workers/load-project';
import type { Settings } from '../settings';
import { check, type Finding } from './finding';

const NAME = 'workers';

/** What asks for pools, by the steps in its plans. */
interface Asking {
  readonly pipelines: readonly Pick<Pipeline, 'plan'>[];
  readonly workflows: readonly Pick<HandWritten, 'plan'>[];
}

/** Whether every pool that the project's pipelines and hand-written workflows ask for has a worker, and the runs one of theirs. */
export async function checkWorkers(
  { databaseUrl: url }: Pick<Settings, 'databaseUrl'>,
  load: () => Promise<Project>,
): Promise<Finding> {
  const skipped: Finding = { check: NAME, status: 'skipped', found: 'no records to ask', fix: '' };
  if (url === null) return skipped;
  const found = await check(NAME, '', async () => {
    const db = openDb(url, { max: 1 });
    try {
      const there = await listPools(db);
      return judgeWorkers(await load(), there);
    } finally {
      await db.end();
    }
  });
  // That Postgres, its tables or the project are not as they should be is told by their own checks.
  return found.status === 'fail' ? skipped : found;
}

/** The finding about the pools that steps ask for, and those that have workers. */
export function judgeWorkers(
  { pipelines, workflows }: Asking,
  there: readonly { readonly pool: string; readonly workers: number }[],
): Omit<Finding, 'check'> {
  const asked = [...pipelines, ...workflows].flatMap(({ plan }) => Object.values(plan.steps).map(({ pool }) => pool));
  const missing = [...new Set(['cpu', ...asked])].filter((pool) => !there.some((served) => served.pool === pool));
  if (missing.length > 0) {
    const found = `nobody works on ${missing.map((pool) => `'${pool}'`).join(', ')}: runs that need it wait`;
    return { status: 'warn', found, fix: missing.map((pool) => `perennial worker --pool ${pool}`).join('; ') };
  }
  return { status: 'ok', found: there.map(({ pool, workers }) => `${pool}: ${workers}`).join(', '), fix: '' };
}
