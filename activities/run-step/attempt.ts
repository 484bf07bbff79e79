import type { Json } from '../../core';
import type { Cost } from '../../store/nodes/node-row';
import { type Call, resourcesFor } from './call';
import { callHandler } from './call-handler';
import type { Effect, EngineContext } from './context';
import type { Usage } from './cost';
import { needsProcess } from './devices';
import { type ExecutionLog, openExecutionLog } from './execution-log';
import { describe, type Failure } from './failure';
import { type IsolatedEnd, runIsolated } from './isolate';
import { isInProcess } from './known-step';
import { type Limit, startLimit } from './limit';
import { outputHolds } from './resources';
import { untilAbandoned } from './until-abandoned';

/** How an execution's code ended. `cause` is the error itself where it was thrown in this process. */
export type Attempt = { readonly cost: Cost } & (
  | { readonly kind: 'output'; readonly output: Json; readonly effects: readonly Effect[] }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly cause?: unknown }
  | { readonly kind: 'cancelled' }
);

/**
 * Runs a step's code once, in this process or in a child, under its time limit. What it has said, and what it failed with, is kept by
 * then. Never throws.
 */
export async function attempt(call: Call, fence: number): Promise<Attempt> {
  const log = openExecutionLog(call, fence);
  try {
    const end = await attemptOnce(call, fence, log);
    if (end.kind === 'failed') log.failed(end.failure);
    return end;
  } finally {
    await log.end();
  }
}

async function attemptOnce(call: Call, fence: number, log: ExecutionLog): Promise<Attempt> {
  const { temporal, meter } = call;
  const limit = startLimit(call);
  const effects: Effect[] = [];
  try {
    const end = await run(call, contextOf(call, fence, { limit, effects, log }), limit, log);
    const cost = meter(end.usage);
    if (temporal.cancellationSignal.aborted) return { kind: 'cancelled', cost };
    if (limit.over) return { kind: 'failed', failure: describe(limit.over.reason), cost };
    if (end.kind === 'output') {
      const held = outputHolds(resourcesFor(call).mask, call.step.contract.name, end.output);
      if (held !== null) return { kind: 'failed', failure: describe(held), cause: held, cost };
      return { kind: 'output', output: end.output, effects: [...effects], cost };
    }
    return { kind: 'failed', failure: end.failure, cause: end.cause, cost };
  } finally {
    limit.stop();
  }
}

type End = { readonly usage: Usage | null } & (
  | { readonly kind: 'output'; readonly output: Json }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly cause?: unknown }
);

async function run(call: Call, context: EngineContext, limit: Limit, log: ExecutionLog): Promise<End> {
  const { contract } = call.step;
  try {
    if (!isInProcess(call.step) || needsProcess(call)) return await isolated(call, context, log);
    const output = await untilAbandoned(callHandler(call.step, call.argument.input, context), limit);
    return { kind: 'output', output, usage: null };
  } catch (error) {
    const failure = describe(error, contract.retry.never, resourcesFor(call).mask);
    return { kind: 'failed', failure, cause: error, usage: null };
  }
}

function isolated(call: Call, context: EngineContext, log: ExecutionLog): Promise<IsolatedEnd> {
  const { dependencies, step, argument } = call;
  const { name, pool, retry } = step.contract;
  const { run: runId, address, input } = argument;
  return runIsolated(
    {
      type: 'run',
      step: name,
      pool,
      bundle: step.bundle,
      input,
      run: runId,
      address,
      fence: context.fence,
      device: call.device,
      never: [...retry.never],
      resources: resourcesFor(call).givenFor(step.contract),
    },
    {
      environment: dependencies.environment,
      mask: resourcesFor(call).mask,
      traceparent: dependencies.traceParent?.() ?? null,
      signal: context.signal,
      log,
      progress: (value) => {
        log.progress(value);
        context.progress(value);
      },
    },
  );
}

interface Surroundings {
  readonly limit: Limit;
  readonly effects: Effect[];
  readonly log: ExecutionLog;
}

function contextOf(call: Call, fence: number, { limit, effects, log }: Surroundings): EngineContext {
  const { dependencies, argument } = call;
  return {
    run: argument.run,
    address: argument.address,
    fence,
    key: `${argument.run}/${argument.address}`,
    get signal() {
      return limit.signal;
    },
    device: call.device,
    log,
    progress: call.beat.progress,
    artifacts: dependencies.artifacts,
    resources: resourcesFor(call).valuesOf(call.step.contract),
    db: dependencies.db,
    given: (resource) => resourcesFor(call).given(resource),
    inCommit: (effect) => {
      effects.push(effect);
    },
  };
}
