import { columnsOf } from '../columns-of';
import type { Db } from '../db';
import type { SensorKey } from './sensor-row';

/** A file as a sensor saw it last. */
export interface KnownFile {
  readonly path: string;
  /** While it is the same the file is not read again. */
  readonly stamp: string;
  /** SHA-256 of what it held. */
  readonly digest: string;
}

/** What a sensor knows of some files, by path. */
export async function knownFiles(
  db: Db,
  { pipeline, sensor }: SensorKey,
  paths: readonly string[],
): Promise<ReadonlyMap<string, KnownFile>> {
  const { rows } = await db.query<KnownFile>(
    'SELECT path, stamp, digest FROM sensor_files WHERE pipeline = $1 AND sensor = $2 AND path = ANY ($3)',
    [pipeline, sensor, paths],
  );
  return new Map(rows.map((row) => [row.path, row]));
}

/** Notes which files a sensor has found in its folder, to half a day: those that are gone for long are forgotten. */
export async function noteThere(db: Db, { pipeline, sensor }: SensorKey, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await db.query(
    `UPDATE sensor_files SET there_at = now()
     WHERE pipeline = $1 AND sensor = $2 AND path = ANY ($3)
       AND (there_at IS NULL OR there_at < now() - interval '12 hours')`,
    [pipeline, sensor, paths],
  );
}

/** Writes down how a sensor saw some files, in the caller's transaction. */
export async function knowFiles(db: Db, { pipeline, sensor }: SensorKey, files: readonly KnownFile[]): Promise<void> {
  if (files.length === 0) return;
  await db.query(
    `INSERT INTO sensor_files (pipeline, sensor, path, stamp, digest, there_at)
     SELECT $1, $2, path, stamp, digest, now() FROM unnest($3::text[], $4::text[], $5::text[]) AS f (path, stamp, digest)
     ON CONFLICT (pipeline, sensor, path) DO UPDATE SET stamp = excluded.stamp, digest = excluded.digest, there_at = now()`,
    [pipeline, sensor, ...columnsOf(files.map(({ path, stamp, digest }) => [path, stamp, digest]))],
  );
}
