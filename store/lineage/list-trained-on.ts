import type { Db } from '../db';

/** A model version that stands on a data set version. */
export interface TrainedOn {
  readonly model: string;
  readonly version: number;
  readonly artifact: string;
  readonly recordedAt: string;
}

/** The model versions that were made from an artifact, over however many steps, the newest first; 100 at most. */
export async function listTrainedOn(db: Db, digest: string): Promise<TrainedOn[]> {
  const { rows } = await db.query<TrainedOn>(
    `WITH RECURSIVE made (digest) AS (
       SELECT $1::text UNION SELECT e.child FROM made m JOIN lineage e ON e.parent = m.digest
     )
     SELECT v.model, v.version, v.artifact, v.recorded_at AS "recordedAt"
     FROM model_versions v WHERE v.artifact IN (SELECT digest FROM made)
     ORDER BY v.recorded_at DESC, v.model, v.version DESC LIMIT 100`,
    [digest],
  );
  return rows;
}
