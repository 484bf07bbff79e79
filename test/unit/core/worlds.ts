import fc from 'fast-check';
import { z } from 'zod';
import { implement, type Pipeline, step } from '../../../core';
import { perennialError } from '../../../core/errors';
import { type advance, advanceOwn } from '../../../core/interpret';
import { allNodes } from '../../../core/nodes';
import type { Json } from '../../../core/plan/json';
import type { Plan, PlanStep } from '../../../core/plan/plan';
import type { LocalExecution, LocalRun } from '../../../testing';
import { type Inside, runIn } from '../../../testing/run-local';
import { throughJson } from './drive';
import { type Deeds, type Done, type Meddler, meddle } from './meddling';
import type { Asked } from './people';
import { BEGIN, calledPlan } from './plans';
import { type Meant, meaningOf, type World } from './model';
import type { Fault, Tried } from './told';

// Borders of contracts have tests of their own; here they would cost more than everything else.
const contract = step('noop', { input: z.unknown(), output: z.number() });
const config = z.object({ n: z.unknown() });

/** The step that all plans are made of: tried three times, and timed out late. Times are so wide that none meet by chance. */
const noop: PlanStep = {
  name: 'noop',
  contract: 'c',
  pool: 'cpu',
  timeout: 1_000_000_000,
  heartbeat: null,
  retry: { attempts: 3, firstDelay: 1_000_000, factor: 3, maxDelay: 2_500_000, never: ['Hopeless'] },
  isolate: false,
  light: false,
  cache: true,
};
const CONFIG: Json = { n: 1 };

/** What happens, decided by one number for each address and execution. */
export const anyWorld = fc.record({
  luck: fc.nat(0xffffffff),
  /** Per cent of executions that fail. */
  failing: fc.constantFrom(0, 10, 40),
  rejecting: fc.constantFrom(0, 50),
  cancelAt: fc.option(fc.integer({ min: 1, max: 4_000_000_000 }), { freq: 2 }),
  restarts: fc.boolean(),
});
export type AnyWorld = typeof anyWorld extends fc.Arbitrary<infer T> ? T : never;

// Looking up a global costs a test as much as the rest of the sum.
const { imul } = Math;

/** A number below `below` for a text: FNV-1a, mixed as MurmurHash3 does at its end. */
function drawn(luck: number, text: string, below: number): number {
  let hash = 0x811c9dc5 ^ luck;
  for (let i = 0; i < text.length; i += 1) hash = imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % below;
}

class Hopeless extends Error {}
// Made once: each error that is looked at costs the time in which its stack is written.
const [hopeless, broken] = [new Hopeless('hopeless'), new TypeError('broken')];

function errorOf({ luck, failing }: AnyWorld, address: string, execution: number): Error | null {
  if (drawn(luck, `fails ${address} ${execution}`, 100) >= failing) return null;
  return drawn(luck, `hope ${address} ${execution}`, 4) === 0 ? hopeless : broken;
}

const durationOf = ({ luck }: AnyWorld, address: string, execution: number): number =>
  1 + drawn(luck, `lasts ${address} ${execution}`, 1_020_000_000);
const answerAfter = ({ luck }: AnyWorld, address: string): number =>
  1 + drawn(luck, `answers ${address}`, 1_000_000_000);
const isApproved = ({ luck, rejecting }: AnyWorld, address: string): boolean =>
  drawn(luck, `approves ${address}`, 100) >= rejecting;
/** What a step gives depends on where it is and what it was given: of a long text on its ends, as inputs are compared too. */
function outputOf(address: string, input: unknown): number {
  const text = JSON.stringify(input);
  const short = text.length > 400 ? `${text.slice(0, 200)}${text.length}${text.slice(-200)}` : text;
  return drawn(0, `${address} ${short}`, 0xffffffff);
}
const dateAt = (ms: number): string => new Date(BEGIN + ms).toISOString();

function pipelineOf(plan: Plan, calls: readonly Pipeline[]): Pipeline {
  return {
    kind: 'pipeline',
    name: plan.pipeline,
    config,
    plan,
    schedule: null,
    on: [],
    sensors: [],
    deadline: null,
    partitions: null,
    calls,
    resources: [],
    steps: new Map(),
    answers: new Map(),
  };
}

const CALLED: Plan = { ...calledPlan, steps: { noop } };

/** Runs a plan by the kit. */
function played(
  plan: Plan,
  world: AnyWorld,
  interpreter: typeof advance | undefined,
  { begun, calling }: Meddler,
  hard: boolean,
): Promise<LocalRun<unknown>> {
  const all = allNodes(plan.body);
  const isCalling = all.some(({ kind }) => kind === 'call');
  // And so it has the plan.
  const read = world.restarts ? throughJson(plan) : plan;
  const pipeline = pipelineOf(read, isCalling ? [pipelineOf(CALLED, [])] : []);
  const ids = all.flatMap(({ kind, id }) => (kind === 'approval' ? [id] : []));
  // Options about what a plan does not have are refused.
  const byStep = <T>(said: T) => (isCalling || all.some(({ kind }) => kind === 'step') ? { noop: said } : {});
  const options = {
    // Inside a call the address begins anew; what the run's key has behind its first part does not.
    steps: implement({ contract }, { contract: (input, { key }) => outputOf(key.slice(key.indexOf('/') + 1), input) }),
    durations: byStep((trial: Trial) => durationOf(world, trial.address, trial.execution)),
    failures: byStep((trial: Trial) => errorOf(world, trial.address, trial.execution)),
    answers: Object.fromEntries(
      ids.map((id) => [
        id,
        ({ address }: { address: string }) => ({
          approved: isApproved(world, address),
          by: 'ana',
          after: answerAfter(world, address),
        }),
      ]),
    ),
    ...(world.cancelAt !== null && !hard && { cancelAfter: world.cancelAt }),
  };
  const taking = interpreter ?? (world.restarts ? restarting(world) : undefined);
  const inside: Inside = {
    calling,
    begun(shell, bench) {
      begun(shell, bench);
      if (world.cancelAt === null || !hard) return;
      bench.clock.after(world.cancelAt, () => {
        shell.receive({ type: 'ended-hard', reason: 'at once', final: false });
      });
    },
  };
  return runIn(pipeline, CONFIG, options, { ...inside, ...(taking && { advance: taking }) });
}

/** A worker that starts anew, which some do before an event, has the state and the event from a history: nothing but JSON. */
function restarting(world: AnyWorld): typeof advance {
  let events = 0;
  return (plan, state, event) =>
    drawn(world.luck, `restarts ${(events += 1)}`, 4) === 0
      ? advanceOwn(plan, throughJson(state), throughJson(event))
      : advanceOwn(plan, state, event);
}

type Trial = Pick<LocalExecution, 'address' | 'execution'>;

/** The same world for the model. What final bodies are told is the run's own word: its status is compared, its text is not. */
function worldOf(world: AnyWorld, run: LocalRun<unknown>, { asked }: Done, hard: boolean): World {
  return {
    hard,
    cancelAt: world.cancelAt,
    startedAt: BEGIN,
    asked,
    end: (id) => run.nodes.get(id)?.input ?? null,
    step(address, input, from) {
      const tried: Tried[] = [];
      let at = from;
      for (let execution = 1; ; execution += 1) {
        const needed = durationOf(world, address, execution);
        const to = at + Math.min(needed, noop.timeout);
        const fault = faultOf(world, address, execution, needed);
        tried.push({ from: at, to, outcome: fault ? 'failed' : 'committed' });
        if (!fault) return { tried, output: outputOf(address, input) };
        if (fault.type === 'Hopeless' || execution === noop.retry.attempts) return { tried, fault };
        at = to + (execution === 1 ? 1_000_000 : 2_500_000);
      }
    },
    answer(address, { timeout }, from) {
      const after = answerAfter(world, address);
      const isLate = timeout !== null && timeout < after;
      const at = from + (isLate ? timeout : after);
      const answer = isLate
        ? { approved: false, by: 'time-out', note: 'Nobody answered in time.', at: dateAt(at) }
        : { approved: isApproved(world, address), by: 'ana', note: null, at: dateAt(at) };
      return { at, answer };
    },
  };
}

function faultOf(world: AnyWorld, address: string, execution: number, needed: number): Fault | null {
  if (needed > noop.timeout) {
    const late = perennialError('PER_RUN_019', `The step 'noop' at '${address}' took more than ${noop.timeout} ms.`);
    return { type: 'PER_RUN_019', message: late.message };
  }
  const error = errorOf(world, address, execution);
  return error && { type: error.constructor.name, message: error.message };
}

/** A fault to be found: in what of the plan is carried out, or in how events are taken in. */
export interface Mutant {
  readonly plan?: (plan: Plan) => Plan;
  readonly advance?: typeof advance;
}

/** What people do to a run. */
export interface Acts {
  readonly deeds?: Deeds;
  /** Also inside the runs that it calls. */
  readonly within?: boolean;
  /** Whether the cancellation waits for nothing. */
  readonly hard?: boolean;
}

/** Runs a plan in a world and says in what the run differs from what the plan means there. */
export async function whatDiffers(
  drawnPlan: Plan,
  world: AnyWorld,
  mutant: Mutant = {},
  { deeds = [], within = false, hard = false }: Acts = {},
): Promise<string[]> {
  const done: Done = { asked: [], answers: [] };
  const plan = { ...drawnPlan, steps: { noop } };
  const run = await played(mutant.plan?.(plan) ?? plan, world, mutant.advance, meddle(deeds, done, within), hard);
  // Values that outgrow their limit before any time has passed: what of that moment came first, no time tells.
  if (run.duration === 0 && run.failure?.type === 'PER_FLOW_004') return [];
  const meant = meaningOf(plan, CONFIG, worldOf(world, run, done, hard), CALLED);
  const is = [...linesOf(run), ...linesSaid(done.asked, done.answers)];
  const should = [...linesMeant(meant), ...linesSaid(done.asked, meant.answers)];
  return [
    ...without(is, should).map((line) => `is: ${line}`),
    ...without(should, is).map((line) => `should be: ${line}`),
  ];
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const there = new Set(others);
  return lines.filter((line) => !there.has(line));
}

const linesSaid = (asked: readonly Asked[], answers: readonly (string | null)[]): string[] =>
  asked.map(({ at, ask }, i) => `${at} ${JSON.stringify(ask)}: ${answers[i] ?? 'taken'}`);

function linesOf(run: LocalRun<unknown>): string[] {
  const { status, output, failure, duration, executions, nodes } = run;
  return [
    `run ${status} after ${duration}: ${JSON.stringify(output)} ${failure?.type ?? ''}`,
    ...executions.map(
      (one) => `${one.address} ran ${one.started}-${one.ended} ${one.outcome} on ${JSON.stringify(one.input)}`,
    ),
    ...[...nodes.values()].map(
      (one) => `${one.address} ${one.status}${one.status === 'completed' ? ` ${JSON.stringify(one.output)}` : ''}`,
    ),
  ].sort();
}

function linesMeant({ status, output, type, duration, told }: Meant): string[] {
  return [
    `run ${status} after ${duration}: ${JSON.stringify(output)} ${type ?? ''}`,
    ...told.flatMap(({ address, input, tried }) =>
      tried.map((one) => `${address} ran ${one.from}-${one.to} ${one.outcome} on ${JSON.stringify(input)}`),
    ),
    ...told.map(({ address, outcome, output: gave }) => {
      const shown = outcome === 'given up' ? 'cancelled' : outcome;
      return `${address} ${shown}${shown === 'completed' ? ` ${JSON.stringify(gave)}` : ''}`;
    }),
  ].sort();
}
