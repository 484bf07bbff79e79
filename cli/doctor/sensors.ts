import { openDb } from '../../store/db';
import { listSensors } from '../../store/sensors/list-sensors';
import type { SensorRow } from '../../store/sensors/sensor-row';
import type { Settings } from '../settings';
import { isLookedAfter } from '../views/sensors-view';
import { check, type Finding } from './finding';

const NAME = 'sensors';

/** Whether something keeps a sensor from seeing: a port that is taken, a folder that cannot be read, a query that fails. */
export async function checkSensors({ databaseUrl: url }: Pick<Settings, 'databaseUrl'>): Promise<Finding> {
  const skipped: Finding = { check: NAME, status: 'skipped', found: 'no records to ask', fix: '' };
  if (url === null) return skipped;
  const found = await check(NAME, '', async () => {
    const db = openDb(url, { max: 1 });
    try {
      return judgeSensors(await listSensors(db, { limit: 1_000 }), Date.now());
    } finally {
      await db.end();
    }
  });
  // That Postgres or its tables are not as they should be is told by their own checks.
  return found.status === 'fail' ? skipped : found;
}

/**
 * The finding about the sensors that a worker has. Those that none has may be of pipelines that are gone: `perennial sensors` tells.
 *
 * @param now ms since 1970
 */
export function judgeSensors(
  rows: readonly Pick<SensorRow, 'pipeline' | 'sensor' | 'lookedAt' | 'every' | 'error'>[],
  now: number,
): Omit<Finding, 'check'> {
  const there = rows.filter((row) => isLookedAfter(row, now));
  const [first, ...more] = there.filter(({ error }) => error !== null);
  if (first === undefined) {
    return { status: 'ok', found: there.length === 0 ? 'none' : `${there.length} looked after`, fix: '' };
  }
  const others = more.length === 0 ? '' : ` And ${more.length} more.`;
  const found = `${first.pipeline}/${first.sensor}: ${first.error ?? ''}${others}`;
  return { status: 'warn', found, fix: 'Do what it says; `perennial sensors` shows each.' };
}
