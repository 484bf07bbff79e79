import type { Pool } from 'pg';
import type { Json } from '../../core/plan/json';
import { transaction } from '../db';

/** What a new model version's record says. Its number is given by the store. */
export interface NewModelVersion {
  readonly model: string;
  readonly artifact: string;
  readonly trainer: string;
  readonly signature: Json;
  readonly metrics: Json;
  readonly evaluation: Json;
  readonly reference: string;
  /** Instants, ISO 8601 in UTC. */
  readonly trainedFrom: string;
  readonly trainedTo: string;
  readonly eventTime: string;
  readonly run: string;
  readonly address: string;
}

/**
 * Gives a trained artifact the model's next version number: 1, 2, 3, … without holes, whoever else registers at the
 * same time. A node that registers again (a retry) gets the number that it got before.
 */
export async function createModelVersion(db: Pool, row: NewModelVersion): Promise<number> {
  return transaction(db, async (tx) => {
    // A statement's snapshot is taken before it waits for a lock, so the lock needs a statement of its own.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('perennial.model:' || $1, 0))`, [row.model]);
    const { rows } = await tx.query<{ version: number }>(
      `WITH known AS (
         SELECT version FROM model_versions WHERE run_id = $11 AND address = $12
       ), added AS (
         INSERT INTO model_versions (model, version, artifact, trainer, signature, metrics, evaluation, reference,
                                     trained_from, trained_to, event_time, run_id, address)
         SELECT $1, coalesce((SELECT max(version) FROM model_versions WHERE model = $1), 0) + 1,
                $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
         WHERE NOT EXISTS (SELECT FROM known)
         RETURNING version
       )
       SELECT version FROM known UNION ALL SELECT version FROM added`,
      [
        row.model,
        row.artifact,
        row.trainer,
        JSON.stringify(row.signature),
        JSON.stringify(row.metrics),
        JSON.stringify(row.evaluation),
        row.reference,
        row.trainedFrom,
        row.trainedTo,
        row.eventTime,
        row.run,
        row.address,
      ],
    );
    const version = rows[0]?.version;
    if (version === undefined) throw new Error(`no version number was given to a candidate of ${row.model}`);
    return version;
  });
}
