import type { Db } from '../db';
import type { VerdictRow } from './verdict-row';

/**
 * Records a verdict under the revision it carries.
 *
 * @throws a unique violation when another run recorded that revision first: judge again, with the next number
 */
export async function insertVerdict(db: Db, verdict: Omit<VerdictRow, 'recordedAt'>): Promise<void> {
  await db.query(
    `INSERT INTO verdicts (model, monitor, kind, version, window_from, window_to, revision, outcome, evidence, run_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      verdict.model,
      verdict.monitor,
      verdict.kind,
      verdict.version,
      verdict.from,
      verdict.to,
      verdict.revision,
      verdict.outcome,
      JSON.stringify(verdict.evidence),
      verdict.run,
    ],
  );
}
