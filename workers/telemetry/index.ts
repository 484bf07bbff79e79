import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { EngineObserver } from '../../activities/observe';
import type { Observer, TraceParent } from '../../activities/run-step/observe';
import { planHash, type Pipeline, withCalled } from '../../core';
import type { Environment } from '../../store/environment';
import { sumWaiting } from '../../store/outbox/sum-waiting';
import { flushTracing, openTracing } from '../../telemetry';
import type { Service } from '../services';
import { WORKFLOW_POOL } from '../tuning';
import type { PipelineOf } from './observe';

/** What a worker tells of itself beside its log. */
export interface Telemetry {
  /** For the steps. */
  readonly steps: { readonly observer?: Observer; readonly traceParent?: TraceParent };
  /** For the engine's own activities and its services. Absent: nobody hears. */
  readonly engine?: EngineObserver;
  readonly interceptors: readonly ActivityInterceptorsFactory[];
  /** Serves the figures, where that is asked for. */
  serve(worker: { readonly slots: number; readonly slotsUsed: () => number }): Promise<TelemetryService>;
}

/** Telemetry that goes on until it is stopped, with the last spans sent. */
export interface TelemetryService extends Service {
  /** Where the figures are served; null: nowhere yet, or not at all. */
  readonly url: string | null;
}

/** Of the worker, what it tells of itself. */
export interface TelemetryParts {
  readonly pool: string;
  readonly db: Pool;
  readonly environment: Environment;
  /** The worker's. */
  readonly build: string;
  readonly log: Logger;
  readonly pipelines: readonly Pipeline[];
  /** null: no figures are served. */
  readonly metricsPort: number | null;
  /** Where Temporal's core says its own figures; null: nowhere. */
  readonly sdkAddress: string | null;
}

/**
 * Opens what is asked for, and loads nothing else.
 *
 * @throws PER_SERVE_015 when figures would be reachable from elsewhere without a token
 */
export async function openTelemetry(parts: TelemetryParts): Promise<Telemetry> {
  const pipelineOf = pipelinesByPlan(parts.pipelines);
  const [figures, traces] = await Promise.all([openFigures(parts, pipelineOf), openTraces(parts, pipelineOf)]);
  const observers = [figures?.steps, traces?.observer].filter((one) => one !== undefined);
  const runEnded: EngineObserver['runEnded'] = (run) => {
    figures?.engine.runEnded(run);
    traces?.runEnded(run);
  };
  return {
    steps: {
      ...(observers.length === 0 ? {} : { observer: (await import('./observe.js')).tellAll(observers) }),
      ...(traces === null ? {} : { traceParent: traces.traceParent }),
    },
    ...(figures === null && traces === null ? {} : { engine: { ...(figures?.engine ?? SILENT), runEnded } }),
    interceptors: traces === null ? [] : [traces.interceptors],
    async serve(worker) {
      const served = (await figures?.serve(worker)) ?? null;
      return {
        get url() {
          return served?.url ?? null;
        },
        async stop() {
          await Promise.all([served?.stop(), flushTracing()]);
        },
      };
    },
  };
}

const SILENT: EngineObserver = { hit: () => undefined, runEnded: () => undefined, decided: () => undefined };

async function openTraces({ pool, build, db, log }: TelemetryParts, pipelineOf: PipelineOf) {
  const attributes = { 'perennial.pool': pool, 'service.version': build };
  const tracing = await openTracing({ name: 'perennial-worker', attributes, log });
  return tracing === null
    ? null
    : (await import('./trace-activities.js')).traceActivities(tracing, { db, log, pipelineOf });
}

async function openFigures(parts: TelemetryParts, pipelineOf: PipelineOf) {
  const { metricsPort: port, environment, build, log, pool, db, sdkAddress } = parts;
  if (port === null) return null;
  const { guard } = await import('../../api/guard.js');
  const { host, token } = environment;
  guard({ host, token });
  const [{ createFigures }, { beginAtZero }, { countEngine, countExecutions }] = await Promise.all([
    import('./figures.js'),
    import('./known-series.js'),
    import('./observe.js'),
  ]);
  let working = { slots: 0, slotsUsed: (): number => 0 };
  const figures = createFigures({
    pool,
    build,
    slots: () => working.slots,
    slotsUsed: () => working.slotsUsed(),
    outbox: async () => (pool === WORKFLOW_POOL ? sumWaiting(db).catch(() => null) : null),
  });
  beginAtZero(figures, pool, withCalled(parts.pipelines));
  const { serveFigures } = await import('./serve-figures.js');
  const { sdkFigures } = await import('./sdk-figures.js');
  return {
    steps: countExecutions(figures, pipelineOf),
    engine: countEngine(figures, pipelineOf),
    serve(worker: { readonly slots: number; readonly slotsUsed: () => number }) {
      working = worker;
      const text = async (): Promise<string> => {
        const [own, core] = await Promise.all([
          figures.registry.metrics(),
          sdkAddress === null ? '' : sdkFigures(sdkAddress),
        ]);
        return own + core;
      };
      return serveFigures({ host, port, token, log, text });
    },
  };
}

/** Asked only for shards of maps: the hashes are not made before. */
function pipelinesByPlan(pipelines: readonly Pipeline[]): PipelineOf {
  let byHash: Map<string, string> | null = null;
  return (plan) => {
    byHash ??= new Map(withCalled(pipelines).map((one) => [planHash(one.plan), one.plan.pipeline]));
    return byHash.get(plan) ?? null;
  };
}
