import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Mask } from '../../activities/run-step/resources';
import { type Sight, sensedRun } from '../../client/sensed-run';
import type { FilesSensor, RowsSensor } from '../../core';
import { jsonOf, type Json } from '../../core/plan/json';
import { sha256 } from '../../core/plan/sha256';
import { sensorText } from '../../core/sensors/sensor';
import type { Db } from '../../store/db';
import { type KnownFile, knowFiles, knownFiles, noteThere } from '../../store/sensors/files';
import { type HeldSensor, holdSensor } from '../../store/sensors/hold-sensor';
import { noteLook } from '../../store/sensors/note-look';
import { recordSeen } from '../../store/sensors/record-seen';
import type { SensorKey } from '../../store/sensors/sensor-row';
import { lookForFiles, type PassedOver } from './look-for-files';
import { lookForRows } from './look-for-rows';
import type { OpenSensor } from './open-sensors';

/** What a look needs. */
export interface LookDependencies {
  readonly db: Pool;
  /** The project's, which folders are named from. */
  readonly folder: string;
  readonly log: Logger;
  /** Of the values that this process was given: what a database says may hold one. */
  readonly mask: Mask;
  /** Files that could not be read, kept from look to look of one sensor. */
  readonly passedOver?: PassedOver;
}

/** What one look did. */
export interface LookResult {
  /** Events that were new, those that start nothing among them. */
  readonly events: number;
  readonly trouble: string | null;
  /** There is more to be seen at once. */
  readonly more: boolean;
}

/**
 * Looks once for what is new to a sensor of files or rows. What is seen, how far it was looked and the outbox rows that start the
 * runs are one transaction, which begins when the look is over: a worker that dies on the way leaves nothing of it, and the next
 * look sees the same again.
 *
 * @param options.anyway though it was looked a moment ago, since there was more
 * @returns null: another worker looks, or it is not time yet
 */
export async function lookOnce(
  dependencies: LookDependencies,
  open: OpenSensor,
  options: { readonly anyway: boolean },
): Promise<LookResult | null> {
  const { db, mask } = dependencies;
  const key = { pipeline: open.pipeline.name, sensor: open.sensor.name };
  return holdSensor(db, key, options, async (held) => {
    try {
      const { sights, read, there, cursor, trouble, more } = await lookAt(dependencies, held, open);
      const seen = sights.map((sight) => sensedRun(open.pipeline, open.sensor, sight));
      const error = trouble === null ? null : mask.line(trouble);
      return await held.commit(async (tx) => {
        await noteThere(tx, key, there);
        await knowFiles(tx, key, read);
        const fresh = await recordSeen(tx, key, seen);
        await noteLook(tx, key, { cursor, error });
        return { events: fresh.size, trouble: error, more };
      });
    } catch (error) {
      const trouble = mask.line(error instanceof Error ? error.message : String(error));
      await noteLook(held.db, key, { error: trouble });
      return { events: 0, trouble, more: false };
    }
  });
}

interface Looked {
  readonly sights: readonly Sight[];
  /** Files that were read, as they are now. */
  readonly read: readonly KnownFile[];
  /** The paths of files that are there. */
  readonly there: readonly string[];
  /** undefined: it stays where it is. */
  readonly cursor: Json | undefined;
  readonly trouble: string | null;
  readonly more: boolean;
}

async function lookAt(
  dependencies: LookDependencies,
  { db, cursor }: HeldSensor,
  { pipeline, sensor, value }: OpenSensor,
): Promise<Looked> {
  const key = { pipeline: pipeline.name, sensor: sensor.name };
  if (sensor.of === 'files') return lookAtFiles(dependencies, db, key, sensor);
  if (sensor.of === 'rows' && value !== null) return lookAtRows(key, sensor, value, cursor);
  return { sights: [], read: [], there: [], cursor: undefined, trouble: null, more: false };
}

async function lookAtFiles(
  { folder, passedOver }: LookDependencies,
  db: Db,
  key: SensorKey,
  sensor: FilesSensor,
): Promise<Looked> {
  const known = (paths: readonly string[]) => knownFiles(db, key, paths);
  const look = await lookForFiles(sensor, { folder, known, now: Date.now(), ...(passedOver && { passedOver }) });
  const { seen, read, there, trouble, more } = look;
  const sights = seen.map((file) => ({
    // What a file held before may come back, with the time that it had then: each change is an event.
    event: sha256([file.path, file.digest, read.find(({ path }) => path === file.path)?.stamp ?? ''].join('\n')),
    payload: file,
    why: `the file ${file.name}, by ${sensorText(key)}`,
  }));
  return { sights, read, there, cursor: undefined, trouble, more };
}

async function lookAtRows(key: SensorKey, sensor: RowsSensor, url: string, before: unknown): Promise<Looked> {
  const { seen, cursor, trouble, more } = await lookForRows(sensor, url, before);
  const sights =
    seen === null
      ? []
      : [seen].map((rows) => ({
          event: `${rows.from ?? ''}..${rows.to}:${sha256(JSON.stringify(rows.ids)).slice(0, 16)}`,
          payload: jsonOf(rows),
          why: `${rows.count} rows up to ${rows.to}, by ${sensorText(key)}`,
        }));
  return { sights, read: [], there: [], cursor: cursor === null ? undefined : cursor, trouble, more };
}
