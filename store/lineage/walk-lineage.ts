import type { Db } from '../db';
import type { Edge } from './edge';

/** What lies at the ends of edges, where the records know it. */
export interface Known {
  readonly digest: string;
  readonly kind: string;
  /** Of a data set version; null: it is none. */
  readonly rows: number | null;
  /** The versions whose model it is: `churn v3`. */
  readonly versions: readonly string[];
}

/** A part of the graph of what was made from what. */
export interface Walked {
  /** Each arrow once, however many runs have told it: the oldest run by name stands for them. */
  readonly edges: readonly Edge[];
  readonly known: readonly Known[];
  /** True: there are more edges than were read. */
  readonly cut: boolean;
}

const MOST = 2_000;

/**
 * Follows the lineage of some artifacts to its ends: `up` to what they were made from, `down` to what was made from them.
 * 2,000 edges at most.
 */
export async function walkLineage(db: Db, from: readonly string[], direction: 'up' | 'down'): Promise<Walked> {
  const { rows } = await db.query<Edge>(direction === 'up' ? UP : DOWN, [from, MOST + 1]);
  const edges = rows.slice(0, MOST);
  const digests = new Set([...from, ...edges.flatMap(({ child, parent }) => [child, parent])]);
  return { edges, known: await knownOf(db, [...digests]), cut: rows.length > MOST };
}

const UP = `
  WITH RECURSIVE reached (digest) AS (
    SELECT unnest($1::text[]) UNION SELECT e.parent FROM reached r JOIN lineage e ON e.child = r.digest
  )
  SELECT DISTINCT ON (e.child, e.parent, e.relation) e.child, e.parent, e.relation, e.run_id AS run, e.address
  FROM reached r JOIN lineage e ON e.child = r.digest
  ORDER BY e.child, e.parent, e.relation, e.run_id, e.address LIMIT $2`;

const DOWN = `
  WITH RECURSIVE reached (digest) AS (
    SELECT unnest($1::text[]) UNION SELECT e.child FROM reached r JOIN lineage e ON e.parent = r.digest
  )
  SELECT DISTINCT ON (e.parent, e.child, e.relation) e.child, e.parent, e.relation, e.run_id AS run, e.address
  FROM reached r JOIN lineage e ON e.parent = r.digest
  ORDER BY e.parent, e.child, e.relation, e.run_id, e.address LIMIT $2`;

async function knownOf(db: Db, digests: readonly string[]): Promise<Known[]> {
  const { rows } = await db.query<Known>(
    `SELECT a.digest, a.kind, d.rows,
            ARRAY(SELECT m.model || ' v' || m.version FROM model_versions m WHERE m.artifact = a.digest
                  ORDER BY m.model, m.version) AS versions
     FROM artifacts a LEFT JOIN dataset_versions d ON d.digest = a.digest
     WHERE a.digest = ANY($1::text[]) ORDER BY a.digest LIMIT $2`,
    [digests, digests.length],
  );
  return rows;
}
