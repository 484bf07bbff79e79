import type { Action } from '../../core/interpret/intervention';
import type { Json } from '../../core/plan/json';

/** What a person did to a run. */
export interface InterventionRow {
  readonly run_id: string;
  /** Of the Update that did it. */
  readonly id: string;
  /** An address; null: the whole run. */
  readonly node: string | null;
  readonly action: Action;
  readonly by: string;
  readonly reason: string | null;
  /** Of a cancellation `{grace, hard, temporalRun}` (Temporal's own Run ID at that time), of a skip `{output}`. */
  readonly detail: Json;
  readonly at: string;
}
