import type { EndStatus } from '../../core/keep/event';
import type { Json } from '../../core/plan/json';

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
  readonly temporal_run_id: string;
  readonly status: 'running' | EndStatus;
  readonly reason: string | null;
  readonly output: Json;
  readonly started_at: string;
  readonly ended_at: string | null;
}
