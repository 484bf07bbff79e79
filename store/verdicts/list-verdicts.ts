import type { Db } from '../db';
import type { VerdictRow } from './verdict-row';

/** Which verdicts of a model to list. `before` is the last row of the page before. */
export interface VerdictsPage {
  readonly limit?: number;
  readonly before?: VerdictRow;
  readonly monitor?: string;
  readonly version?: number;
  /** Only the newest revision of each. */
  readonly newestOnly?: boolean;
}

/** A model's verdicts, by the end of their windows, the newest first. */
export async function listVerdicts(db: Db, model: string, page: VerdictsPage = {}): Promise<VerdictRow[]> {
  const { before } = page;
  const { rows } = await db.query<VerdictRow>(
    `SELECT v.model, v.monitor, v.kind, v.version, v.window_from AS "from", v.window_to AS "to", v.revision, v.outcome,
            v.evidence, v.run_id AS run, v.recorded_at AS "recordedAt"
     FROM verdicts v
     WHERE v.model = $1
       AND ($3::text IS NULL OR v.monitor = $3)
       AND ($4::int IS NULL OR v.version = $4)
       AND (NOT $5::boolean OR NOT EXISTS (
             SELECT FROM verdicts later
             WHERE (later.model, later.monitor, later.version, later.window_from, later.window_to)
                 = (v.model, v.monitor, v.version, v.window_from, v.window_to) AND later.revision > v.revision))
       AND ($6::timestamptz IS NULL
            OR (v.window_to, v.window_from, v.monitor, v.version, v.revision) < ($6, $7, $8, $9::int, $10::int))
     ORDER BY v.window_to DESC, v.window_from DESC, v.monitor DESC, v.version DESC, v.revision DESC LIMIT $2`,
    [
      model,
      Math.min(page.limit ?? 100, 1_000),
      page.monitor ?? null,
      page.version ?? null,
      page.newestOnly ?? false,
      before?.to ?? null,
      before?.from ?? null,
      before?.monitor ?? null,
      before?.version ?? null,
      before?.revision ?? null,
    ],
  );
  return rows;
}
