import type { Db } from '../db';
import type { RecordedError } from './node-row';

/** Which items of a map, or iterations of a repetition, to list. */
export interface ItemsPage {
  /** Address of the map. */
  readonly map: string;
  /** Nodes that an item has, maps inside it counted as one: with fewer records it has not ended. */
  readonly size: number;
  readonly limit: number;
  /** Number of the last item of the page before. */
  readonly after?: number;
  readonly status?: ItemRow['status'];
}

/** An item of a map, as its nodes' records tell it. */
export interface ItemRow {
  /** Its number, from 0. */
  readonly item: number;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled';
  /** Its nodes that have begun, those of maps inside it too. */
  readonly nodes: number;
  readonly first_claimed: string;
  readonly ended_at: string | null;
  /** Address and error of its first node that failed. */
  readonly failed: string | null;
  readonly error: RecordedError | null;
}

/** Items of a map that have begun, by their number. */
export async function listItems(db: Db, run: string, page: ItemsPage): Promise<ItemRow[]> {
  const { rows } = await db.query<ItemRow>(
    `WITH own AS (
       SELECT split_part(substr(address, length($2) + 2), ']', 1)::int AS item,
              strpos(substr(address, length($2) + 2), '[') = 0 AS direct,
              address, status, error, first_claimed, ended_at
       FROM nodes WHERE run_id = $1 AND starts_with(address, $2 || '[')
     ), items AS (
       SELECT item, count(*) AS nodes, min(first_claimed) AS first_claimed, max(ended_at) AS ended_at,
              CASE WHEN bool_or(status = 'failed') THEN 'failed'
                   WHEN bool_or(status IN ('running', 'waiting')) THEN 'running'
                   WHEN bool_or(status = 'cancelled') THEN 'cancelled'
                   WHEN count(*) FILTER (WHERE direct) < $3 THEN 'running'
                   ELSE 'completed' END AS status,
              -- What failed only because something inside it did says so.
              (array_agg(address ORDER BY ended_at, address)
                FILTER (WHERE error IS NOT NULL AND NOT error ? 'of' AND status = 'failed'))[1] AS failed
       FROM own GROUP BY item
     )
     SELECT i.item, i.status, i.nodes, i.first_claimed, CASE WHEN i.status <> 'running' THEN i.ended_at END AS ended_at,
            i.failed, o.error
     FROM items i LEFT JOIN own o ON o.address = i.failed
     WHERE ($5::int IS NULL OR i.item > $5) AND ($6::text IS NULL OR i.status = $6)
     ORDER BY i.item LIMIT $4`,
    [run, page.map, page.size, page.limit, page.after ?? null, page.status ?? null],
  );
  return rows;
}
