import type { Json } from '../../core/plan/json';
import type { Choice } from '../../core/rerun/target';
import { useArtifacts } from '../artifacts/use-artifacts';
import { namedDigests } from '../artifacts/named-digests';
import type { Db } from '../db';

/** What a run's record says before anything of it runs. */
export interface NewRun {
  readonly id: string;
  readonly pipeline: string;
  readonly planHash: string;
  readonly config: Json;
  readonly build: string;
  /** Whether Temporal keeps it on workers of that build to its end. */
  readonly pinned?: boolean;
  readonly model: string | null;
  /** Key of the partition that it works on. */
  readonly partition?: string;
  readonly decisionId: string | null;
  readonly parentRun: string | null;
  /** What a person asked to run again, where the parent is repeated. */
  readonly rerun?: Choice;
  readonly temporalRunId: string;
  /** Of a hand-written workflow: Temporal's own Run ID of its first execution. */
  readonly firstTemporalRunId?: string;
}

/**
 * Records a run. Beginning the same run again changes nothing; beginning it under another Temporal Run ID (an operator
 * reset it) opens it again, and its committed nodes keep their outputs.
 *
 * @returns false when the id belongs to a run of another plan or config, or to an earlier hand-written workflow, which is left alone
 */
export async function beginRun(db: Db, run: NewRun): Promise<boolean> {
  // While the run is not recorded yet nothing else keeps what its config names.
  await useArtifacts(db, namedDigests(JSON.stringify(run.config)));
  const { rows } = await db.query(
    `INSERT INTO runs (id, pipeline, plan_hash, config, build, model, decision_id, parent_run, temporal_run_id, rerun,
                       first_temporal_run_id, partition, pinned_to, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'running')
     ON CONFLICT (id) DO UPDATE SET
       temporal_run_id = EXCLUDED.temporal_run_id,
       status   = CASE WHEN runs.temporal_run_id = EXCLUDED.temporal_run_id THEN runs.status ELSE 'running' END,
       paused   = CASE WHEN runs.temporal_run_id = EXCLUDED.temporal_run_id THEN runs.paused END,
       ended_at = CASE WHEN runs.temporal_run_id = EXCLUDED.temporal_run_id THEN runs.ended_at END,
       reason   = CASE WHEN runs.temporal_run_id = EXCLUDED.temporal_run_id THEN runs.reason END
     WHERE runs.pipeline = EXCLUDED.pipeline AND runs.plan_hash = EXCLUDED.plan_hash AND runs.config = EXCLUDED.config
       AND runs.first_temporal_run_id IS NOT DISTINCT FROM EXCLUDED.first_temporal_run_id
     RETURNING id`,
    [
      run.id,
      run.pipeline,
      run.planHash,
      JSON.stringify(run.config),
      run.build,
      run.model,
      run.decisionId,
      run.parentRun,
      run.temporalRunId,
      run.rerun === undefined ? null : JSON.stringify(run.rerun),
      run.firstTemporalRunId ?? null,
      run.partition ?? null,
      run.pinned === true ? run.build : null,
    ],
  );
  return rows.length > 0;
}
