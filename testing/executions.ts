import { callHandler } from '../activities/run-step/call-handler';
import { describe, type Failure } from '../activities/run-step/failure';
import { findStep, type FoundStep } from '../activities/run-step/known-step';
import {
  type AnyHandler,
  type ArtifactStore,
  type Duration,
  type Implementation,
  isCommand,
  type Json,
  type PlanStep,
  resourceValues,
  type StepLog,
} from '../core';
import { milliseconds } from '../core/plan/duration';
import { delayAfter } from '../core/plan/retry';
import { perennialError } from '../core/errors';
import type { Clock } from './clock';
import { type LocalOptions, saidOf, type Trial } from './options';
import type { OpenExecution, Records } from './records';
import type { CommandOf, Stop, Tell } from './shell';

/** What all executions of a run share. */
export interface Bench {
  readonly clock: Clock;
  readonly records: Records;
  readonly options: LocalOptions;
  readonly implementations: readonly Implementation[];
  readonly artifacts: ArtifactStore;
}

/** The virtual moment as a date: ms since 1970. */
export function dateIn({ clock, options }: Bench): number {
  return Date.parse(options.startedAt ?? '2001-01-01T00:00:00.000Z') + clock.now;
}

type Outcome = { readonly output: Json } | { readonly failure: Failure };

const nothing = (): void => undefined;
const QUIET: StepLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * Executes a node: the step's code between the borders of its contract, timed out and tried again as the contract says,
 * in virtual time.
 *
 * @param path what is put before the address: that of the call which the run is
 */
export function execute(
  bench: Bench,
  step: PlanStep,
  command: CommandOf<'run-step'>,
  at: { readonly run: string; readonly path: string },
  tell: Tell,
): Stop {
  const { clock, records } = bench;
  let stop: () => void | Promise<void> = nothing;

  function attempt(number: number): void {
    const { address, node, input } = command;
    const trial: Trial = { address: at.path + address, execution: number, input };
    const names = [trial.address, address, node, step.name];
    const execution = records.begin({ ...trial, node, step: step.name });
    const abort = new AbortController();
    const { outcome, called } = begin(bench, step, { trial, names, ...at, execution, signal: abort.signal });
    const needed = durationOf(bench.options, trial, names);
    const isLate = needed > step.timeout;
    const takeBack = clock.after(isLate ? step.timeout : needed, async () => {
      if (!isLate) {
        settle(execution, number, await outcome);
        return;
      }
      const late = lateness(step, trial.address);
      await called;
      abort.abort(late);
      settle(execution, number, { failure: describe(late) });
    });
    stop = async () => {
      takeBack();
      records.cancel(execution);
      // Code that is called after its signal has aborted would never hear of it.
      await called;
      abort.abort(new Error('the execution was cancelled'));
    };
  }

  function settle(execution: OpenExecution, number: number, outcome: Outcome): void {
    const { address } = command;
    if ('output' in outcome) {
      records.commit(execution, outcome.output);
      tell({ type: 'completed', address, output: outcome.output });
      return;
    }
    const { failure } = outcome;
    records.fail(execution, failure);
    if (!failure.retryable || number >= step.retry.attempts) tell({ type: 'failed', address, failure });
    else
      stop = clock.after(failure.nextDelay ?? delayBefore(step, number + 1), () => {
        attempt(number + 1);
      });
  }

  attempt(1);
  return () => {
    const stopped = stop();
    clock.after(0, async () => {
      await stopped;
      tell({ type: 'cancelled', address: command.address });
    });
  };
}

interface Begun {
  readonly trial: Trial;
  readonly names: readonly string[];
  readonly run: string;
  readonly path: string;
  readonly execution: OpenExecution;
  readonly signal: AbortSignal;
}

/**
 * Runs the code, or what was injected in its place. `called` comes when the code has been called, or never will be. The
 * outcome is waited for at its virtual end only, and not at all when the execution is stopped before; it rejects only for
 * a step that has no code, or no resource.
 */
function begin(bench: Bench, step: PlanStep, begun: Begun): { outcome: Promise<Outcome>; called: Promise<void> } {
  const said = saidOf(bench.options.failures, begun.names);
  const { trial } = begun;
  const injected = (typeof said === 'function' ? said(trial) : said?.[trial.execution - 1]) ?? null;
  if (injected !== null) {
    const failure = describe(injected, step.retry.never);
    return { outcome: Promise.resolve({ failure }), called: Promise.resolve() };
  }
  let call: () => void = nothing;
  const called = new Promise<void>((resolve) => {
    call = resolve;
  });
  const outcome = runCode(bench, step, begun, call);
  outcome.then(call, call);
  return { outcome, called };
}

async function runCode(bench: Bench, step: PlanStep, begun: Begun, onCall: () => void): Promise<Outcome> {
  const { trial, run, path, execution, signal } = begun;
  const found = codeOf(bench, step, trial.address);
  const resources = await resourceValues(found.contract.resources, bench.options.resources ?? {});
  const address = trial.address.slice(path.length);
  const context = {
    run,
    address,
    fence: step.light ? 0 : trial.execution,
    key: `${run}/${address}`,
    signal,
    device: null,
    log: bench.options.log ?? QUIET,
    progress: (value: Json) => {
      execution.progress.push(value);
    },
    artifacts: bench.artifacts,
    resources,
  };
  const handler: AnyHandler = (input, given) => {
    const output = found.handler(input, given);
    onCall();
    return output;
  };
  return callHandler({ contract: found.contract, handler }, trial.input, context).then(
    (output) => ({ output }),
    (error: unknown) => ({ failure: describe(error, step.retry.never) }),
  );
}

function codeOf(bench: Bench, step: PlanStep, address: string): Pick<FoundStep, 'contract'> & { handler: AnyHandler } {
  const found = findStep(bench.implementations, step.name);
  if (found && !isCommand(found.handler)) return { contract: found.contract, handler: found.handler };
  if (found)
    throw perennialError('PER_RUN_070', `The code of the step '${step.name}', which '${address}' runs, is a program.`);
  throw perennialError('PER_RUN_010', `\`steps\` has no code for the step '${step.name}', which '${address}' runs.`);
}

function durationOf(options: LocalOptions, trial: Trial, names: readonly string[]): number {
  const said = saidOf(options.durations, names) ?? 0;
  return virtual(typeof said === 'function' ? said(trial) : said, `The duration of ${trial.address}`);
}

/** As `milliseconds`, but no time at all is a time too. @throws PER_DEF_002 */
export function virtual(duration: Duration, what: string): number {
  return duration === 0 ? 0 : milliseconds(duration, what);
}

function lateness({ name, timeout }: PlanStep, address: string): Error {
  return perennialError('PER_RUN_019', `The step '${name}' at '${address}' took more than ${timeout} ms.`);
}

/** As Temporal waits: each time so many times longer, up to a limit. */
function delayBefore({ retry }: PlanStep, execution: number): number {
  return delayAfter(retry, execution - 1);
}
