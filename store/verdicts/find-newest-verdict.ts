import type { Db } from '../db';
import type { VerdictRow, VerdictSubject } from './verdict-row';

/** The newest revision of a verdict; null before the first. */
export async function findNewestVerdict(db: Db, subject: VerdictSubject): Promise<VerdictRow | null> {
  const { rows } = await db.query<VerdictRow>(
    `SELECT model, monitor, kind, version, window_from AS "from", window_to AS "to", revision, outcome, evidence,
            run_id AS run, recorded_at AS "recordedAt"
     FROM verdicts
     WHERE model = $1 AND monitor = $2 AND version = $3 AND window_from = $4 AND window_to = $5
     ORDER BY revision DESC LIMIT 1`,
    [subject.model, subject.monitor, subject.version, subject.from, subject.to],
  );
  return rows[0] ?? null;
}
