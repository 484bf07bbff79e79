import type { Db } from '../db';
import { columnsOf } from '../columns-of';
import { type Claim, claimValues, committedAt } from './claim-node';
import type { CacheReason, Claimant } from './node-row';

/** A claim to be made with others. */
export interface AskedClaim {
  readonly by: Claimant;
  readonly cache: CacheReason | null;
}

/** Claims several nodes, each as claimNode does, in one statement. No two may be of the same node. */
export async function claimNodes(db: Db, asked: readonly AskedClaim[]): Promise<Claim[]> {
  const { rows } = await db.query<{ place: number; fence: number }>({
    name: 'claim-nodes',
    text: `WITH asked AS (
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::text[],
                            $8::int[], $9::jsonb[], $10::text[])
         WITH ORDINALITY AS t (run_id, address, node, step, pool, input, worker, attempt, cache, device, place)
     ), claim AS (
       INSERT INTO nodes (run_id, address, node, kind, step, pool, status, fence, input, cache)
       SELECT run_id, address, node, 'step', step, pool, 'running', 1, input, cache FROM asked ORDER BY run_id, address
       ON CONFLICT (run_id, address) DO UPDATE SET
         fence = nodes.fence + 1, status = 'running', error = NULL, ended_at = NULL, input = EXCLUDED.input,
         step = EXCLUDED.step, pool = EXCLUDED.pool, cache = COALESCE(EXCLUDED.cache, nodes.cache)
       WHERE nodes.output IS NULL
       RETURNING run_id, address, fence
     ), begun AS (
       INSERT INTO executions (run_id, address, fence, worker, attempt, device)
       SELECT run_id, address, fence, worker, attempt, device FROM claim JOIN asked USING (run_id, address)
     ), lost AS (
       UPDATE executions AS e SET outcome = 'lost', ended_at = now() FROM claim
       WHERE e.run_id = claim.run_id AND e.address = claim.address AND e.outcome IS NULL
         AND e.fence < claim.fence AND claim.fence > 1
     )
     SELECT place, fence FROM claim JOIN asked USING (run_id, address)`,
    values: columnsOf(asked.map(({ by, cache }) => claimValues(by, cache))),
  });
  const fences = new Map(rows.map(({ place, fence }) => [place, fence]));
  return Promise.all(
    asked.map(async ({ by }, i): Promise<Claim> => {
      const fence = fences.get(i + 1);
      return fence === undefined ? committedAt(db, by) : { kind: 'claimed', fence };
    }),
  );
}
