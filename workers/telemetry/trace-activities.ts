import { AsyncLocalStorage } from 'node:async_hooks';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { EngineObserver } from '../../activities/observe';
import type { Observer, TraceParent } from '../../activities/run-step/observe';
import {
  readRunTrace,
  readTraceparent,
  RUN_HEADER,
  type RunTrace,
  type SpanPlace,
  TEMPORAL_HEADER,
  traceOfRun,
} from '../../core/trace/run-trace';
import { findRun } from '../../store/runs/find-run';
import type { OpenSpan, Tracing } from '../../telemetry';
import { pipelineNamed, type PipelineOf } from './observe';

/** Where what an activity does is traced. */
interface Traced {
  /** The run that asks; null: code of another's making asks, which traces itself. */
  readonly run: RunTrace | null;
  /** Of the execution, where it is one. */
  readonly span: OpenSpan | null;
}

/** How the traces of a worker's activities are made. */
export interface ActivityTraces {
  readonly interceptors: ActivityInterceptorsFactory;
  /** Says of each execution's span what it was about and how it ended. */
  readonly observer: Observer;
  readonly runEnded: EngineObserver['runEnded'];
  /** Of the execution that asks; null: it is none. */
  readonly traceParent: TraceParent;
}

/** Ends of a run that are nobody's fault. */
const IN_ORDER: readonly string[] = ['completed', 'rejected', 'cancelled'];

/** Makes a span of each execution, below that of its run; and one of each run that ends here. */
export function traceActivities(
  tracing: Tracing,
  { db, log, pipelineOf }: { readonly db: Pool; readonly log: Logger; readonly pipelineOf: PipelineOf },
): ActivityTraces {
  const now = new AsyncLocalStorage<Traced>();
  return {
    interceptors: ({ info }) => ({
      inbound: {
        execute(input, next) {
          const { headers } = input;
          const run = runOf(headers, info.workflowExecution?.runId);
          const below = run ?? carrierOf(headers);
          // The engine's own activities are no nodes: they have no span, but the end of a run is told by one of them.
          if (below === null || info.activityType.startsWith('perennial.')) {
            return now.run({ run, span: null }, () => next(input));
          }
          const spec = { name: `execute ${info.activityType}`, kind: 'consumer', below } as const;
          return tracing.within(spec, (span) => now.run({ run, span }, () => next(input)));
        },
      },
    }),
    observer({ workflow, plan, run, address, node, step, pool, attempt, scheduledAt }) {
      const span = now.getStore()?.span ?? null;
      span?.set({
        'perennial.pipeline': pipelineNamed(workflow, plan, pipelineOf),
        'perennial.run': run,
        'perennial.address': address,
        'perennial.node': node,
        'perennial.step': step,
        'perennial.pool': pool,
        'perennial.attempt': attempt,
      });
      return {
        cache: (outcome) => span?.set({ 'perennial.cache': outcome }),
        begun: () => span?.set({ 'perennial.queue_wait_ms': Math.max(0, Date.now() - scheduledAt) }),
        refused: () => undefined,
        ended(outcome, error) {
          span?.set({ 'perennial.outcome': outcome });
          if (error !== null && outcome !== 'cancelled') span?.failed(error);
        },
      };
    },
    runEnded({ run, pipeline, status }) {
      const place = now.getStore()?.run ?? null;
      if (place === null) return;
      const told = async (): Promise<void> => {
        const row = await findRun(db, run);
        if (row?.ended_at == null) return;
        const attributes = { 'perennial.pipeline': pipeline, 'perennial.run': run, 'perennial.outcome': status };
        const times = { from: new Date(row.started_at), to: new Date(row.ended_at) };
        tracing.run(place, { name: `run ${pipeline}`, attributes }, times, IN_ORDER.includes(status) ? null : status);
      };
      told().catch((error: unknown) => {
        log.debug({ err: error, run }, 'a run has no span: the records do not say when it began');
      });
    },
    traceParent: () => now.getStore()?.span?.traceparent() ?? null,
  };
}

type Headers = { readonly [name: string]: Payload };

/** The place of the run that asks. One that was started untraced says nothing: its place is known all the same. */
function runOf(headers: Headers, temporalRunId: string | undefined): RunTrace | null {
  const told = readRunTrace(valueOf(headers[RUN_HEADER]));
  if (told !== null || temporalRunId === undefined) return told;
  return headers[TEMPORAL_HEADER] === undefined ? traceOfRun(temporalRunId, null) : null;
}

/** Where the interceptors of another's worker say that it stands. */
function carrierOf(headers: Headers): SpanPlace | null {
  const carrier = valueOf(headers[TEMPORAL_HEADER]);
  if (typeof carrier !== 'object' || carrier === null || !('traceparent' in carrier)) return null;
  return readTraceparent(carrier.traceparent);
}

function valueOf(payload: Payload | undefined): unknown {
  if (payload === undefined) return null;
  try {
    return defaultPayloadConverter.fromPayload<unknown>(payload);
  } catch {
    return null;
  }
}
