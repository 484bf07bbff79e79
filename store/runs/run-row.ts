import type { EndStatus } from '../../core/keep/event';
import type { Paused } from '../../core/interpret/intervention';
import type { Json } from '../../core/plan/json';
import type { Choice } from '../../core/rerun/target';

/** A run's record. */
export interface RunRow {
  /** Temporal's Workflow ID. */
  readonly id: string;
  readonly pipeline: string;
  readonly plan_hash: string;
  readonly config: Json;
  readonly build: string;
  readonly model: string | null;
  readonly decision_id: string | null;
  readonly parent_run: string | null;
  /** What a person asked to run again; null: it repeats no run, and its parent, if it has one, called it. */
  readonly rerun: Choice | null;
  readonly temporal_run_id: string;
  /** Of a hand-written workflow: Temporal's own Run ID of its first execution; null: a run of a pipeline. */
  readonly first_temporal_run_id: string | null;
  readonly status: 'running' | EndStatus;
  readonly reason: string | null;
  readonly output: Json;
  /** Set while a person holds it up. */
  readonly paused: Paused | null;
  /** Pools that its nodes wait for and that have no worker. */
  readonly waits_for: readonly string[] | null;
  /** Key of the partition that it works on; null: none. */
  readonly partition: string | null;
  /** The build whose workers alone go on with it; null: it is not pinned. Another than `build` where it was moved. */
  readonly pinned_to: string | null;
  /** When retention last removed executions of it; null: it has removed none. */
  readonly executions_removed_at: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
}
