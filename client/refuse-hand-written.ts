import { perennialError } from '../core/errors';
import type { RunRow } from '../store/runs/run-row';

/** @throws PER_RUN_111 when a run is of a hand-written workflow, whose plan says nothing of what comes next */
export function refuseHandWritten(run: RunRow, what: string): void {
  if (run.first_temporal_run_id === null) return;
  throw perennialError(
    'PER_RUN_111',
    `${run.id} is of the hand-written workflow ${run.pipeline} and knows no ${what}.`,
  );
}
