import type { Json } from '../../core/plan/json';
import type { Db } from '../db';
import { findOutput } from './find-output';
import type { CacheReason, Claimant } from './node-row';

/** The claim's fence, or the output that an earlier execution committed. */
export type Claim =
  { readonly kind: 'claimed'; readonly fence: number } | { readonly kind: 'committed'; readonly output: Json };

/**
 * Claims a node for one execution. The fence only grows, so whoever claimed before can no longer commit; executions
 * that had not ended are marked lost. A node with a committed output is not claimed again.
 *
 * @param cache why it has to run, where that is known before it ends
 */
export async function claimNode(db: Db, by: Claimant, cache: CacheReason | null = null): Promise<Claim> {
  const { rows } = await db.query<{ fence: number }>({
    name: 'claim-node',
    text: `WITH claim AS (
       INSERT INTO nodes (run_id, address, node, kind, step, pool, status, fence, input, cache)
       VALUES ($1, $2, $3, 'step', $4, $5, 'running', 1, $6, $9)
       ON CONFLICT (run_id, address) DO UPDATE SET
         fence = nodes.fence + 1, status = 'running', error = NULL, ended_at = NULL, input = EXCLUDED.input,
         step = EXCLUDED.step, pool = EXCLUDED.pool, cache = COALESCE(EXCLUDED.cache, nodes.cache)
       WHERE nodes.output IS NULL
       RETURNING fence
     ), begun AS (
       INSERT INTO executions (run_id, address, fence, worker, attempt, device)
       SELECT $1, $2, fence, $7, $8, $10 FROM claim
     ), lost AS (
       UPDATE executions SET outcome = 'lost', ended_at = now()
       WHERE run_id = $1 AND address = $2 AND outcome IS NULL AND fence < (SELECT fence FROM claim)
     )
     SELECT fence FROM claim`,
    values: claimValues(by, cache),
  });
  return rows[0] === undefined ? committedAt(db, by) : { kind: 'claimed', fence: rows[0].fence };
}

/** The values of a claim, in the order of its statements. */
export function claimValues(by: Claimant, cache: CacheReason | null): (string | number | null)[] {
  return [
    by.run,
    by.address,
    by.node,
    by.step,
    by.pool,
    JSON.stringify(by.input),
    by.worker,
    by.attempt,
    cache === null ? null : JSON.stringify(cache),
    by.device,
  ];
}

/** The output of a node that could not be claimed. */
export async function committedAt(db: Db, { run, address }: Claimant): Promise<Claim> {
  const committed = await findOutput(db, run, address);
  if (committed !== null) return { kind: 'committed', output: committed.output };
  throw new Error(`node ${run}/${address} was neither claimed nor found`);
}
