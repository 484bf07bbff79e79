import type { NodeNote } from '../../core/interpret/activity';
import type { Db } from '../db';

/**
 * Records the state of nodes as the workflow sees them: maps, branches, approvals, and steps that never ran,
 * were stopped or failed. Safe to repeat. A committed output is never taken back.
 */
export async function noteNodes(db: Db, run: string, notes: readonly NodeNote[]): Promise<void> {
  await db.query(
    `INSERT INTO nodes (run_id, address, node, kind, status, input, output, error, ended_at)
     SELECT $1, n->>'address', n->>'node', n->>'kind', n->>'status', n->'input', n->'output', n->'error',
            CASE WHEN n->>'status' IN ('running', 'waiting') THEN NULL ELSE now() END
     FROM jsonb_array_elements($2::jsonb) AS n
     ON CONFLICT (run_id, address) DO UPDATE SET
       status = EXCLUDED.status,
       input = COALESCE(EXCLUDED.input, nodes.input),
       output = EXCLUDED.output,
       -- The workflow tells again what the execution told, without the place in the code.
       error = CASE WHEN nodes.error->>'message' = EXCLUDED.error->>'message' THEN nodes.error || EXCLUDED.error
                    ELSE COALESCE(EXCLUDED.error, nodes.error) END,
       -- Whoever still executes what has failed or was cancelled can no longer commit.
       fence = nodes.fence + CASE WHEN EXCLUDED.status IN ('failed', 'cancelled') THEN 1 ELSE 0 END,
       -- Told again, an end is when it was: what is given up has no other sign of never having begun.
       ended_at = CASE WHEN nodes.status = EXCLUDED.status THEN COALESCE(nodes.ended_at, EXCLUDED.ended_at)
                       ELSE EXCLUDED.ended_at END
     WHERE nodes.output IS NULL`,
    [run, JSON.stringify(lastOfEach(notes))],
  );
}

/** One statement may touch a row once: of several notes on one address the last counts, with what the earlier ones said. */
function lastOfEach(notes: readonly NodeNote[]): NodeNote[] {
  const byAddress = new Map<string, NodeNote>();
  for (const note of notes) byAddress.set(note.address, { ...byAddress.get(note.address), ...note });
  return [...byAddress.values()];
}
