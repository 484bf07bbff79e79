import type { Json } from '../../core/plan/json';
import type { Db } from '../db';
import type { NodeRow } from './node-row';

/** The state of a node that is no step execution: a map, a branch, an approval, or a step that never ran. */
export interface NodeNote {
  readonly run: string;
  readonly address: string;
  readonly node: string;
  readonly kind: NodeRow['kind'];
  readonly status: NodeRow['status'];
  /** What an approval shows. */
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: Json;
}

/** Records a node's state as the workflow sees it. A committed output is never taken back. */
export async function noteNode(db: Db, note: NodeNote): Promise<void> {
  await db.query(
    `INSERT INTO nodes (run_id, address, node, kind, status, input, output, error, ended_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $5 IN ('running', 'waiting') THEN NULL ELSE now() END)
     ON CONFLICT (run_id, address) DO UPDATE SET
       status = EXCLUDED.status,
       input = COALESCE(EXCLUDED.input, nodes.input),
       output = COALESCE(EXCLUDED.output, nodes.output),
       error = COALESCE(EXCLUDED.error, nodes.error),
       ended_at = EXCLUDED.ended_at
     WHERE nodes.output IS NULL`,
    [
      note.run,
      note.address,
      note.node,
      note.kind,
      note.status,
      note.input === undefined ? null : JSON.stringify(note.input),
      note.output === undefined ? null : JSON.stringify(note.output),
      note.error === undefined ? null : JSON.stringify(note.error),
    ],
  );
}
