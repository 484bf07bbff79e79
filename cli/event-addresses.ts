import { setTimeout as sleep } from 'node:timers/promises';
import type { Pipeline } from '../core';
import { openDb } from '../store/db';
import { listSensors } from '../store/sensors/list-sensors';
import type { SensorKey } from '../store/sensors/sensor-row';

/** Where the events of a sensor are sent. */
export interface EventAddress {
  /** `<pipeline>/<sensor>`. */
  readonly sensor: string;
  /** `POST http://...`. */
  readonly address: string;
  /** Why nobody listens; null: somebody does. */
  readonly error: string | null;
}

/** The sensors of pipelines that listen for events. */
export function heardSensors(pipelines: readonly Pick<Pipeline, 'name' | 'sensors'>[]): SensorKey[] {
  return pipelines.flatMap(({ name, sensors }) =>
    sensors.filter(({ of }) => of === 'event').map((sensor) => ({ pipeline: name, sensor: sensor.name })),
  );
}

/** A worker says where it listens once it polls: for longer than this nobody waits for the word, ms. */
const PATIENCE = 5_000;
const MOST = 1_000;

/**
 * Where a stack that has just started listens for events, as its worker says in the records.
 *
 * @param since ms since 1970: what was said before is of an earlier stack
 */
export async function eventAddresses(
  databaseUrl: string,
  wanted: readonly SensorKey[],
  since: number,
): Promise<EventAddress[]> {
  if (wanted.length === 0) return [];
  const db = openDb(databaseUrl, { max: 1 });
  const end = Date.now() + PATIENCE;
  try {
    for (;;) {
      const rows = await listSensors(db, { limit: MOST });
      const said = wanted.map(({ pipeline, sensor }) => {
        const row = rows.find((one) => one.pipeline === pipeline && one.sensor === sensor);
        return row?.lookedAt && Date.parse(row.lookedAt) >= since ? row : null;
      });
      if (!said.includes(null) || Date.now() > end) {
        return wanted.map(({ pipeline, sensor }, i) => {
          const row = said[i] ?? null;
          const name = `${pipeline}/${sensor}`;
          if (row === null) return { sensor: name, address: '', error: `not known yet: perennial sensors ${name}` };
          return { sensor: name, address: row.source, error: row.error };
        });
      }
      await sleep(100);
    }
  } finally {
    await db.end();
  }
}
