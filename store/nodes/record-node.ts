import type { Json } from '../../core/plan/json';
import type { Db } from '../db';
import { claimValues } from './claim-node';
import { type Commit, commitValues } from './commit-node';
import { findOutput } from './find-output';
import type { Claimant } from './node-row';

/** What an execution has to record that claims at its end. */
export type Done = Pick<Commit, 'output' | 'cache' | 'cost' | 'entry'>;

/** The output that counts: this execution's own, or the one that was committed before. */
export interface Recorded {
  readonly output: Json;
  readonly mine: boolean;
}

/**
 * Claims and commits in one statement: for light steps and cache hits, whose work is done when they come here. What had
 * claimed before and has not committed is overtaken.
 */
export async function recordNode(db: Db, by: Claimant, done: Done): Promise<Recorded> {
  const recorded = await record(db, by, done, true);
  if (recorded !== null) return recorded;
  throw new Error(`node ${by.run}/${by.address} was neither recorded nor found`);
}

/**
 * Does the same for whoever was not handed the node: one that has ended meanwhile stays as it is.
 *
 * @returns null when it has ended without an output
 */
export async function recordUnlessEnded(db: Db, by: Claimant, done: Done): Promise<Recorded | null> {
  return record(db, by, done, false);
}

async function record(db: Db, by: Claimant, done: Done, evenEnded: boolean): Promise<Recorded | null> {
  const { run, address } = by;
  // Up to the attempt: what goes this way had no device, and its reason is the commit's.
  const claimed = claimValues(by, null).slice(0, 8);
  // Without run, address and fence, which the claim's values and the statement itself give.
  const [, , , ...committed] = commitValues({ run, address, fence: 0, ...done });
  const { rows } = await db.query({
    name: 'record-node',
    text: `WITH recorded AS (
       INSERT INTO nodes (run_id, address, node, kind, step, pool, status, fence, input, output, cache, ended_at)
       VALUES ($1, $2, $3, 'step', $4, $5, 'completed', 1, $6, $9, $10, now())
       ON CONFLICT (run_id, address) DO UPDATE SET
         fence = nodes.fence + 1, status = 'completed', error = NULL, ended_at = now(), input = EXCLUDED.input,
         step = EXCLUDED.step, pool = EXCLUDED.pool, output = EXCLUDED.output, cache = EXCLUDED.cache
       WHERE nodes.output IS NULL AND ($19::boolean OR nodes.status = 'running')
       RETURNING fence
     ), execution AS (
       INSERT INTO executions (run_id, address, fence, worker, attempt, outcome, ended_at)
       SELECT $1, $2, fence, $7, $8, 'committed', now() FROM recorded
     ), lost AS (
       UPDATE executions SET outcome = 'lost', ended_at = now()
       WHERE run_id = $1 AND address = $2 AND outcome IS NULL AND fence < (SELECT fence FROM recorded)
     ), cost AS (
       INSERT INTO cost_entries (run_id, address, fence, wall_ms, cpu_ms, peak_rss, gpu_ms, estimated)
       SELECT $1, $2, fence, $11, $12, $13, $14, $15 FROM recorded
     ), entry AS (
       INSERT INTO cache_entries (key, step, parts, output, run_id, address)
       SELECT $16, $17, $18, $9, $1, $2 FROM recorded WHERE $16::text IS NOT NULL
       ON CONFLICT (key) DO UPDATE SET
         output = EXCLUDED.output, run_id = EXCLUDED.run_id, address = EXCLUDED.address, recorded_at = now()
     )
     SELECT fence FROM recorded`,
    values: [...claimed, ...committed, evenEnded],
  });
  if (rows.length > 0) return { output: done.output, mine: true };
  const found = await findOutput(db, run, address);
  return found === null ? null : { output: found.output, mine: false };
}
