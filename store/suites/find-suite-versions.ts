import { z } from 'zod';
import type { Db } from '../db';
import type { SuiteVersion } from './list-suites';

const Row = z.object({ kind: z.enum(['suite', 'rule-set']), name: z.string(), digest: z.string() });

/**
 * The versions of a name whose digest begins so: two of them at most, which is one too many to be meant.
 *
 * @example
 * const [one, other] = await findSuiteVersions(db, { name: 'well-formed', digest: '3fa9c1' });
 */
export async function findSuiteVersions(
  db: Db,
  named: { readonly name: string; readonly digest: string },
): Promise<SuiteVersion[]> {
  const { rows } = await db.query(
    `SELECT DISTINCT kind, name, digest FROM suite_uses WHERE name = $1 AND starts_with(digest, $2)
     ORDER BY kind, digest LIMIT 2`,
    [named.name, named.digest],
  );
  return z.array(Row).parse(rows);
}
