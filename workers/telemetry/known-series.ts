import type { Outcome } from '../../activities/run-step/observe';
import type { Pipeline } from '../../core';
import { END_STATUSES } from '../../core/keep/event';
import { WORKFLOW_POOL } from '../tuning';
import type { Figures } from './figures';

const OUTCOMES: readonly Outcome[] = ['committed', 'cached', 'repeated', 'fenced-off', 'failed', 'cancelled'];
const RAN_NO_CODE: readonly Outcome[] = ['cached'];

/**
 * Gives what is counted of a project's pipelines its series at 0, before anything has been. A series that is born with its
 * first value has not increased by it, as Prometheus sees it: an alert on `increase()` would miss the first failure.
 *
 * @param pipelines those of the project, with those that they call
 */
export function beginAtZero(
  figures: Pick<Figures, 'executions' | 'fencesRefused' | 'runs'>,
  pool: string,
  pipelines: readonly Pick<Pipeline, 'name' | 'plan'>[],
): void {
  for (const { name: pipeline, plan } of pipelines) {
    if (pool === WORKFLOW_POOL) for (const outcome of END_STATUSES) figures.runs.inc({ pipeline, outcome }, 0);
    for (const [step, { pool: its }] of Object.entries(plan.steps)) {
      // What the cache has of a step of another pool is told by the worker that runs the workflows.
      const outcomes = its === pool ? OUTCOMES : pool === WORKFLOW_POOL ? RAN_NO_CODE : [];
      for (const outcome of outcomes) figures.executions.inc({ pipeline, step, pool: its, outcome }, 0);
      if (its === pool) figures.fencesRefused.inc({ step, pool }, 0);
    }
  }
}
