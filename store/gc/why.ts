import type { PoolClient } from 'pg';

/** What keeps an artifact: a root, and the way from what it names to the artifact. */
export interface Kept {
  /** `pin`, `tag`, `model version`, `run`, … */
  readonly root: string;
  readonly name: string;
  /** From what the root names down to the artifact itself; `relation` is what each is to the one before it. */
  readonly path: readonly { readonly digest: string; readonly relation: string | null }[];
}

/** The first root that reaches an artifact, when what is reached has been worked out; null: none does. */
export async function whyKept(client: PoolClient, digest: string): Promise<Kept | null> {
  const { rows } = await client.query<{
    digest: string;
    relation: string | null;
    root: string | null;
    name: string | null;
  }>(
    `WITH RECURSIVE way AS (
       SELECT digest, relation, root, name, via, 0 AS at FROM gc_reached WHERE digest = $1
       UNION ALL SELECT r.digest, r.relation, r.root, r.name, r.via, w.at + 1 FROM way w JOIN gc_reached r ON r.digest = w.via
     )
     SELECT digest, relation, root, name FROM way ORDER BY at DESC`,
    [digest],
  );
  const [first] = rows;
  if (first === undefined) return null;
  return {
    root: first.root ?? '',
    name: first.name ?? '',
    path: rows.map(({ digest: each, relation }) => ({ digest: each, relation })),
  };
}
