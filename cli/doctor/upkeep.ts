import { openDb } from '../../store/db';
import { newestUpkeep } from '../../store/upkeep/newest-upkeep';
import type { Settings } from '../settings';
import { check, type Finding } from './finding';

const NAME = 'upkeep';
/** A worker does it once a day, ms. */
const LATE = 2 * 86_400_000;

/** Whether the engine's upkeep is done: without it records grow for ever. */
export async function checkUpkeep({ databaseUrl: url }: Pick<Settings, 'databaseUrl'>): Promise<Finding> {
  const skipped: Finding = { check: NAME, status: 'skipped', found: 'no records to ask', fix: '' };
  if (url === null) return skipped;
  const found = await check(NAME, '', async () => {
    const db = openDb(url, { max: 1 });
    try {
      return judgeUpkeep(await newestUpkeep(db), Date.now());
    } finally {
      await db.end();
    }
  });
  // That Postgres or its tables are not as they should be is told by their own checks.
  return found.status === 'fail' ? skipped : found;
}

/** @param done ISO 8601, when it was done last; null: never */
export function judgeUpkeep(done: string | null, now: number): Omit<Finding, 'check'> {
  if (done === null) return { status: 'ok', found: 'not done yet; a worker of the pool cpu does it', fix: '' };
  if (now - Date.parse(done) < LATE) return { status: 'ok', found: `done at ${done}`, fix: '' };
  const fix = 'The log of a worker of the pool cpu says why; `perennial upkeep` does it now.';
  return { status: 'warn', found: `done last at ${done}: records that are old stay`, fix };
}
