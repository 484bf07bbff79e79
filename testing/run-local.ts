import { configOf, parseConfig } from '../activities/parse-config';
import { describe } from '../activities/run-step/failure';
import {
  type ConfigOf,
  type Implementation,
  isImplementation,
  type Json,
  type OutputOf,
  type Pipeline,
  withCalled,
} from '../core';
import { milliseconds } from '../core/plan/duration';
import { readOutput } from '../core/define/read-output';
import { perennialError } from '../core/errors';
import { begin, stepAt } from '../core/interpret';
import { giveAnswers } from './answers';
import { memoryArtifacts } from './artifacts';
import { Clock } from './clock';
import { type Bench, dateIn, execute } from './executions';
import { checkNames, type LocalOptions } from './options';
import { Records } from './records';
import type { LocalRun } from './result';
import { type CommandOf, type End, eventOfEnd, type Hands, Shell, type Stop, STOPPED, type Tell } from './shell';

/** The id of the run, which steps read as `ctx.run`. */
const RUN = 'local';

/**
 * Runs a plan in this process: the engine's interpreter and the steps' code between the borders of their contracts; no
 * server, no database, no cache. Time is virtual: waiting costs nothing, and a run is the same each time. What the run
 * comes to is a result, also when it failed.
 *
 * @throws PER_RUN_013 the config is refused, PER_RUN_010 a step that runs has no code, PER_RUN_060 a resource has no
 * value, PER_RUN_080 it waits for an answer that nobody gives, PER_RUN_081 an option names nothing, PER_RUN_120 no such
 * partition
 * @example
 * const run = await runLocal(trainChurn, { table: 'events', seeds: [1, 2] }, {
 *   steps: fakes,
 *   failures: { 'per-seed[1]/train': [new Error('out of memory')] },
 *   durations: { train: '1h' },
 *   answers: { release: { approved: true, by: 'ana' } },
 * });
 * expect(run.value()).toEqual({ url: 'https://churn.example' });
 */
export function runLocal<P extends Pipeline>(
  pipeline: P,
  config: ConfigOf<P>,
  options: LocalOptions,
): Promise<LocalRun<OutputOf<P>>>;
export function runLocal(pipeline: Pipeline, config: unknown, options: LocalOptions): Promise<LocalRun<unknown>> {
  return runIn(pipeline, config, options);
}

/** What the engine's own tests reach of a run in this process. */
export interface Inside {
  /** Stands in for the interpreter's, as for a worker that starts anew between two events. */
  readonly advance?: Hands['advance'];
  /** Told once the run has begun: who wants to act on it later asks the clock for that. */
  readonly begun?: (shell: Shell, bench: Bench) => void;
  /** Told of each run that it calls, as that begins, with what stands before its addresses. */
  readonly calling?: (shell: Shell, path: string) => void;
}

/** The same, for tests of the engine itself. */
export async function runIn(
  pipeline: Pipeline,
  config: unknown,
  options: LocalOptions,
  { advance, begun, calling }: Inside = {},
): Promise<LocalRun<unknown>> {
  const pipelines = withCalled([pipeline]);
  checkNames(pipelines, options);
  const clock = new Clock();
  const records = new Records(() => clock.now);
  const implementations = listOf(options.steps);
  const bench: Bench = { clock, records, options, implementations, artifacts: memoryArtifacts() };
  const place = { run: RUN, path: '' };
  const parsed = await configOf(pipeline, config, options.partition);
  let end: End | null = null;
  const { shell, stop } = start(
    { bench, pipelines, pipeline, ...(advance && { advance }), ...(calling && { calling }), ...place },
    parsed,
    (last) => {
      end = last;
    },
  );
  begun?.(shell, bench);
  if (options.cancelAfter !== undefined) clock.after(milliseconds(options.cancelAfter, '`cancelAfter`'), stop);
  while (!isOver(end)) {
    const action = clock.next();
    if (action === null) throw stuck(records);
    await action();
  }
  // What was told to stop at the last moment, and is not waited for, still says that it did.
  for (let action = clock.due(); action !== null; action = clock.due()) await action();
  return resultOf(bench, end);
}

/** Narrowed here: to the compiler `end` stays null, as only a callback sets it. */
function isOver(end: End | null): end is End {
  return end !== null;
}

function listOf(steps: LocalOptions['steps']): readonly Implementation[] {
  return isImplementation(steps) ? [steps] : steps;
}

/** A run, or one that it calls. */
interface Place {
  readonly bench: Bench;
  readonly pipelines: readonly Pipeline[];
  readonly pipeline: Pipeline;
  readonly run: string;
  /** What is put before its addresses. */
  readonly path: string;
  readonly advance?: Hands['advance'];
  readonly calling?: Inside['calling'];
}

interface Started {
  readonly shell: Shell;
  readonly stop: Stop;
}

function start(place: Place, config: Json, onEnd: (end: End) => void): Started {
  const { bench, pipeline, path, run } = place;
  /** Runs that this one has called, by the address of the call. */
  const called = new Map<string, Called>();
  const { plan } = pipeline;
  const hands: Hands = {
    runStep(command, tell) {
      return execute(bench, stepAt(plan, command.node).step, command, { run, path }, tell);
    },
    runCall(command, tell) {
      const callee = call(place, command, tell);
      called.set(command.address, callee);
      return callee.stop;
    },
    tellCall({ address, order }) {
      called.get(address)?.shell()?.receive(order);
    },
    awaitAnswer: (command, show, tell) => giveAnswers(bench, pipeline, command, { path, run, show }, tell),
    readReused(address, tell) {
      // Nothing was run before.
      hands.later(() => {
        tell({ type: 'absent', address });
      });
    },
    now: () => dateIn(bench),
    sleep: ({ address, ms }, tell) =>
      bench.clock.after(ms, () => {
        tell({ type: 'woke', address });
      }),
    later(action) {
      bench.clock.after(0, action);
    },
    seen(command) {
      bench.records.note(command, path);
    },
    ...(place.advance && { advance: place.advance }),
  };
  const shell = new Shell(plan, begin(plan, config), hands, onEnd);
  return {
    shell,
    stop() {
      shell.receive({ type: 'cancel', reason: STOPPED });
    },
  };
}

interface Called {
  readonly stop: Stop;
  /** null: it has not begun. */
  shell(): Shell | null;
}

/** A run of another pipeline: like this one, under the address of the call. */
function call(place: Place, command: CommandOf<'run-call'>, tell: Tell): Called {
  const { address, pipeline: name, config } = command;
  const { clock } = place.bench;
  const pipeline = place.pipelines.find((called) => called.name === name);
  if (!pipeline) throw new Error(`no pipeline ${name} is called`);
  const called = { ...place, pipeline, run: `${place.run}/${address}`, path: `${place.path}${address}/` };
  let started: Started | null = null;
  let stopped = false;
  clock.after(0, async () => {
    try {
      const parsed = await parseConfig(pipeline, config, 'dropped');
      started = start(called, parsed, (end) => {
        clock.after(0, () => {
          tell(eventOfEnd(address, end));
        });
      });
      place.calling?.(started.shell, called.path);
      if (stopped) started.stop();
    } catch (error) {
      tell({ type: 'failed', address, failure: { ...describe(error), retryable: false } });
    }
  });
  return {
    shell: () => started?.shell ?? null,
    stop() {
      stopped = true;
      started?.stop();
    },
  };
}

function stuck({ nodes, refused }: Records): Error {
  const waiting = [...nodes.values()].filter(({ status }) => status === 'waiting').map(({ address }) => address);
  const no = refused.map(({ address, message }) => ` An answer to '${address}' was refused: ${message}`);
  return perennialError('PER_RUN_080', `Nobody answers '${waiting.join("', '")}'.${no.join('')}`);
}

function resultOf({ clock, records, artifacts }: Bench, end: End): LocalRun<unknown> {
  const { status, reason, failure } = end;
  const { executions, nodes, refused } = records;
  return {
    status,
    reason,
    failure,
    output: status === 'completed' ? end.output : null,
    duration: clock.now,
    executions,
    nodes,
    refused,
    artifacts,
    value() {
      if (status === 'completed') return end.output;
      throw perennialError('PER_RUN_082', `The run ended as ${status}: ${reason ?? status}`);
    },
    outputOf(address, step) {
      const node = nodes.get(address);
      return readOutput(step, address, node?.status === 'completed' ? node.output : undefined);
    },
  };
}
