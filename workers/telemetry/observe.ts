import type { EngineObserver } from '../../activities/observe';
import type { Observer } from '../../activities/run-step/observe';
import type { Figures } from './figures';

/** The pipeline of a plan, by its hash; null: this worker's project has no such plan. */
export type PipelineOf = (plan: string) => string | null;

/** Counts what executions do. */
export function countExecutions(figures: Figures, pipelineOf: PipelineOf, now = Date.now): Observer {
  return ({ workflow, plan, step, pool, scheduledAt }) => {
    let began: number | null = null;
    return {
      cache(outcome) {
        figures.cacheLookUps.inc({ step, pool, outcome });
      },
      begun() {
        began = performance.now();
        // Two clocks: the server's may be ahead.
        figures.queueWaitSeconds.observe({ step, pool }, Math.max(0, now() - scheduledAt) / 1_000);
      },
      refused() {
        figures.fencesRefused.inc({ step, pool });
      },
      ended(outcome) {
        const pipeline = pipelineNamed(workflow, plan, pipelineOf);
        figures.executions.inc({ pipeline, step, pool, outcome });
        if (began === null || outcome === 'repeated') return;
        figures.executionSeconds.observe({ step, pool }, (performance.now() - began) / 1_000);
      },
    };
  };
}

/** Counts what the engine's own activities and its reconciler do. */
export function countEngine(figures: Figures, pipelineOf: PipelineOf): EngineObserver {
  return {
    hit({ workflow, plan, step, pool }) {
      figures.cacheLookUps.inc({ step, pool, outcome: 'hit' });
      figures.executions.inc({ pipeline: pipelineNamed(workflow, plan, pipelineOf), step, pool, outcome: 'cached' });
    },
    runEnded({ pipeline, status }) {
      figures.runs.inc({ pipeline, outcome: status });
    },
    decided({ model, action, rule }) {
      figures.decisions.inc({ model, action, rule });
    },
  };
}

/** The pipeline of whoever asks. A shard of a map has the engine's own type: its pipeline is known by its plan. */
export function pipelineNamed(workflow: string, plan: string, pipelineOf: PipelineOf): string {
  return workflow.startsWith('perennial.') ? (pipelineOf(plan) ?? 'other') : workflow;
}

/** Tells several of the same. */
export function tellAll(observers: readonly Observer[]): Observer {
  return (execution) => {
    const watches = observers.map((observer) => observer(execution));
    return {
      cache(outcome) {
        for (const watch of watches) watch.cache(outcome);
      },
      begun() {
        for (const watch of watches) watch.begun();
      },
      refused() {
        for (const watch of watches) watch.refused();
      },
      ended(outcome, error) {
        for (const watch of watches) watch.ended(outcome, error);
      },
    };
  };
}
