import type { GivenAnswer } from '../../core/plan/approval';
import type { Db } from '../db';

/** A wait or an approval that has its output. */
export type Over =
  | { readonly kind: 'wait'; readonly address: string; readonly output: { readonly until: string } }
  | { readonly kind: 'approval'; readonly address: string; readonly output: GivenAnswer };

/** Those of some nodes that nobody waits for any more: waits and approvals with a committed output. */
export async function findOver(db: Db, run: string, addresses: readonly string[]): Promise<Over[]> {
  const { rows } = await db.query<Over>(
    `SELECT kind, address, output FROM nodes
     WHERE run_id = $1 AND address = ANY ($2::text[]) AND kind IN ('wait', 'approval') AND output IS NOT NULL`,
    [run, addresses],
  );
  return rows;
}
