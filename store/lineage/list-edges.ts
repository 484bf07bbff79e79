import type { Db } from '../db';
import type { Edge } from './edge';

/** A part of a list of edges; `after` is the last edge of the part before. At most 1,000 (without a limit: 100). */
export interface EdgesPage {
  readonly limit?: number;
  readonly after?: Edge;
}

/** The edges that lead to an artifact: what it was made from, in a fixed order. */
export function listParents(db: Db, child: string, page: EdgesPage = {}): Promise<Edge[]> {
  return listEdges(db, { end: 'child', named: child, other: 'parent' }, page);
}

/** The edges that leave a source or an artifact: what was made from it, in a fixed order. */
export function listChildren(db: Db, parent: string, page: EdgesPage = {}): Promise<Edge[]> {
  return listEdges(db, { end: 'parent', named: parent, other: 'child' }, page);
}

/** Which edges: those whose `end` has a name. They are told apart by what is at their other end. */
interface Side {
  readonly end: 'child' | 'parent';
  readonly named: string;
  readonly other: 'child' | 'parent';
}

async function listEdges(db: Db, { end, named, other }: Side, { limit, after }: EdgesPage): Promise<Edge[]> {
  const { rows } = await db.query<Edge>(
    `SELECT child, parent, relation, run_id AS run, address FROM lineage
     WHERE ${end} = $1
       AND ($3::text IS NULL OR (${other}, relation, run_id, address) > ($3, $4, $5, $6))
     ORDER BY ${other}, relation, run_id, address LIMIT $2`,
    [
      named,
      Math.min(limit ?? 100, 1_000),
      after?.[other] ?? null,
      after?.relation ?? null,
      after?.run ?? null,
      after?.address ?? null,
    ],
  );
  return rows;
}
