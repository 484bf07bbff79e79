import { openDb } from '../../store/db';
import type { DeadlineRow } from '../../store/deadlines/deadline-row';
import { listDeadlines } from '../../store/deadlines/list-deadlines';
import type { Settings } from '../settings';
import { check, type Finding } from './finding';

const NAME = 'deadlines';

/** Whether deadlines were missed that are not done yet. */
export async function checkDeadlines({ databaseUrl: url }: Pick<Settings, 'databaseUrl'>): Promise<Finding> {
  const skipped: Finding = { check: NAME, status: 'skipped', found: 'no records to ask', fix: '' };
  if (url === null) return skipped;
  const found = await check(NAME, '', async () => {
    const db = openDb(url, { max: 1 });
    try {
      return judgeMissed(await listDeadlines(db, { limit: 100, missed: true, open: true }));
    } finally {
      await db.end();
    }
  });
  // That Postgres or its tables are not as they should be is told by their own checks.
  return found.status === 'fail' ? skipped : found;
}

/** The finding about deadlines that were missed and are not done yet, the newest first. */
export function judgeMissed(missed: readonly DeadlineRow[]): Omit<Finding, 'check'> {
  const [newest] = missed;
  if (newest === undefined) return { status: 'ok', found: 'none was missed that is not done by now', fix: '' };
  const { pipeline, due, reason } = newest;
  const more = missed.length === 1 ? '' : ` And ${missed.length - 1} more.`;
  const found = `${pipeline} was to be done by ${due}: ${reason ?? 'it was not'}.${more}`;
  return { status: 'warn', found, fix: '`perennial deadlines --missed` shows each; run what is missing.' };
}
