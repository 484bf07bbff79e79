import type { Intervention } from '../../core/interpret/intervention';
import type { Json } from '../../core/plan/json';
import type { Db } from '../db';

/** What a person did, as it is to be recorded. */
export interface NewIntervention {
  readonly run: string;
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly ask: Intervention;
}

/**
 * Records what a person did to a run. The same id again changes nothing. A cancellation says which of Temporal's own Run IDs it was
 * about: a run that is reset afterwards goes on under another, and is no longer meant.
 */
export async function addIntervention(db: Db, { run, id, at, ask }: NewIntervention): Promise<void> {
  await db.query(
    `INSERT INTO interventions (run_id, id, node, action, by, reason, detail, at)
     VALUES ($1, $2, $3, $4, $5, $6,
             CASE WHEN $4 = 'cancel'
                  THEN $7::jsonb || jsonb_build_object('temporalRun', (SELECT temporal_run_id FROM runs WHERE id = $1))
                  ELSE $7::jsonb END, $8)
     ON CONFLICT (run_id, id) DO NOTHING`,
    [run, id, 'node' in ask ? ask.node : null, ask.action, ask.by, ask.reason, JSON.stringify(detailOf(ask)), at],
  );
}

function detailOf(ask: Intervention): Json {
  if (ask.action === 'cancel') return { grace: ask.grace, hard: ask.hard };
  return ask.action === 'skip' && ask.output !== undefined ? { output: ask.output } : {};
}
