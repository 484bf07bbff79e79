import { z } from 'zod';
import type { Db } from '../db';

const Rows = z.array(z.object({ kind: z.string(), count: z.int(), bytes: z.coerce.number() }));

/** How many artifacts of each kind there are, without those that were removed, and their bytes together. */
export async function sumArtifacts(db: Db): Promise<z.infer<typeof Rows>> {
  const { rows } = await db.query(
    'SELECT kind, count(*) AS count, sum(bytes)::text AS bytes FROM artifacts WHERE removed_at IS NULL GROUP BY kind ORDER BY kind',
  );
  return Rows.parse(rows);
}
