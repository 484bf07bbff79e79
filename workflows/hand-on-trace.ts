import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';
import {
  readRunTrace,
  readTraceparent,
  RUN_HEADER,
  type RunTrace,
  TEMPORAL_HEADER,
  traceOfRun,
} from '../core/trace/run-trace';

type Headers = { readonly [name: string]: Payload };

/**
 * Hands the trace that a run was started in to its activities and children, by headers alone: no command and no value of a
 * run depends on it. Of a run that nobody traces, activities derive the place by themselves, and only children are told.
 */
export function interceptors(): WorkflowInterceptors {
  let given: RunTrace | null = null;
  const toActivity = (headers: Headers): Headers => (given === null ? headers : withTrace(headers, given));
  return {
    inbound: [
      {
        execute(input, next) {
          given = placeOf(input.headers);
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next({ ...input, headers: toActivity(input.headers) }),
        scheduleLocalActivity: (input, next) => next({ ...input, headers: toActivity(input.headers) }),
        startChildWorkflowExecution(input, next) {
          const place = given ?? (isOwn() ? null : traceOfRun(workflowInfo().runId, null));
          return next(place === null ? input : { ...input, headers: withTrace(input.headers, place) });
        },
      },
    ],
  };
}

/** The place of this workflow by what it was started with; null: nobody has said. */
function placeOf(headers: Headers): RunTrace | null {
  const ofRun = readRunTrace(valueOf(headers[RUN_HEADER]));
  // The engine's own workflows are no runs: what they start belongs where they do.
  if (isOwn()) return ofRun ?? belowClient(headers);
  const above = ofRun ?? clientOf(headers);
  return above === null ? null : traceOfRun(workflowInfo().runId, above);
}

function belowClient(headers: Headers): RunTrace | null {
  const client = clientOf(headers);
  return client === null ? null : { ...client, parent: null };
}

function clientOf(headers: Headers) {
  const carrier = valueOf(headers[TEMPORAL_HEADER]);
  if (typeof carrier !== 'object' || carrier === null || !('traceparent' in carrier)) return null;
  return readTraceparent(carrier.traceparent);
}

function withTrace(headers: Headers, place: RunTrace): Headers {
  return { ...headers, [RUN_HEADER]: defaultPayloadConverter.toPayload(place) };
}

/** A header of another's making may hold anything. */
function valueOf(payload: Payload | undefined): unknown {
  if (payload === undefined) return null;
  try {
    return defaultPayloadConverter.fromPayload<unknown>(payload);
  } catch {
    return null;
  }
}

function isOwn(): boolean {
  return workflowInfo().workflowType.startsWith('perennial.');
}
