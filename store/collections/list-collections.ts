import { z } from 'zod';
import type { Db } from '../db';
import { CollectedFiles } from './collected-files';
import type { CollectionRow } from './collection-row';

/** Which collections to list. `before` is the run and the node of the last one of the page before. */
export interface CollectionsPage {
  /** 100 without one, 1,000 at most. */
  readonly limit?: number;
  readonly before?: { readonly run: string; readonly address: string };
  /** Only from sources whose name has this in it, as it is written. */
  readonly source?: string;
  /** Only those of runs of this pipeline. */
  readonly pipeline?: string;
  /** Only those recorded at this time or later. ISO 8601, UTC. */
  readonly since?: string;
  /** Only those that made this data set version. */
  readonly dataset?: string;
}

/** One collection in a list. */
export interface CollectionLine extends CollectionRow {
  readonly pipeline: string;
  readonly recordedAt: string;
  /**
   * The newest instant that any run of the pipeline collected from the same source by the same column, to the microsecond: what
   * its next collect with `fresh` goes on after.
   */
  readonly watermark: string;
}

const text = z.string();
const Line = z.object({
  ...{ run: text, address: text, pipeline: text, source: text, sourceKey: text, time: text, dataset: text },
  ...{ from: text, to: text, oldest: text, newest: text, watermark: text, recordedAt: text, rows: z.int() },
  files: CollectedFiles,
});

/**
 * What was collected, the newest first.
 *
 * @example
 * const [last] = await listCollections(db, { source: 'orders', limit: 1 });
 */
export async function listCollections(db: Db, page: CollectionsPage = {}): Promise<CollectionLine[]> {
  const { rows } = await db.query(
    `SELECT c.run_id AS run, c.address, r.pipeline, c.source, c.source_key AS "sourceKey", c.time_column AS time, c.dataset,
            c.window_from AS "from", c.window_to AS "to", c.rows, c.files, c.recorded_at AS "recordedAt",
            to_char(c.oldest AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS oldest,
            to_char(c.newest AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS newest,
            (SELECT to_char(max(w.newest) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
             FROM collections w JOIN runs wr ON wr.id = w.run_id
             WHERE w.source_key = c.source_key AND w.time_column = c.time_column AND wr.pipeline = r.pipeline) AS watermark
     FROM collections c JOIN runs r ON r.id = c.run_id
     WHERE ($2::text IS NULL
            OR (c.recorded_at, c.run_id, c.address)
               < (SELECT recorded_at, run_id, address FROM collections WHERE run_id = $2 AND address = $3))
       AND ($4::text IS NULL OR strpos(c.source, $4) > 0)
       AND ($5::text IS NULL OR r.pipeline = $5)
       AND ($6::timestamptz IS NULL OR c.recorded_at >= $6)
       AND ($7::text IS NULL OR c.dataset = $7)
     ORDER BY c.recorded_at DESC, c.run_id DESC, c.address DESC LIMIT $1`,
    [
      Math.min(page.limit ?? 100, 1_000),
      page.before?.run ?? null,
      page.before?.address ?? null,
      page.source ?? null,
      page.pipeline ?? null,
      page.since ?? null,
      page.dataset ?? null,
    ],
  );
  return z
    .array(Line)
    .parse(rows)
    .map(({ from, to, ...row }) => ({ ...row, window: { from, to } }));
}
