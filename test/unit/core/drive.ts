import {
  advance,
  advanceOwn,
  begin,
  type Command,
  type Event,
  type Failure,
  type InterventionEvent,
} from '../../../core/interpret';
import type { Json } from '../../../core/plan/json';
import type { Plan } from '../../../core/plan/plan';
import { type End, type Hands, Shell, type Stop, type Tell } from '../../../testing/shell';

/** What a step's pretended execution ends with. */
export type Outcome = { readonly output: Json } | { readonly failure: Failure };

export interface Drive {
  /** What the step at an address gives, from its input. */
  readonly step: (address: string, input: Json) => Outcome;
  /** Which of so many open executions ends next. Default: the oldest. */
  readonly pick?: (open: number) => number;
  readonly approve?: (address: string) => boolean;
  /** Cancel after so many events. */
  readonly cancelAfter?: number;
  /** Pause after so many events, and resume after so many more, or when nothing is under way any more. */
  readonly pause?: { readonly after: number; readonly for: number };
  /** What a person does after so many events. */
  readonly then?: { readonly after: number; readonly event: InterventionEvent };
  /** Carry the state through JSON between events. */
  readonly viaJson?: boolean;
  /** Hand the state over, as the workflow does, instead of keeping it. */
  readonly own?: boolean;
  /** Told of every command, those of shards too. */
  readonly seen?: (command: Command) => void;
  /** Ids of nodes that may be reused, and what the records hold of an address. */
  readonly reuse?: { readonly nodes: readonly string[]; readonly outputOf: (address: string) => Json | undefined };
}

export interface Driven {
  readonly end: End;
  /** Addresses of steps in the order in which they started, shards' included. */
  readonly started: string[];
  /** Started and ended, as they came: `+train`, `-train`. */
  readonly trace: string[];
  /** Those of shards too, but for their ends. The last is the end. */
  readonly commands: Command[];
  /** Most that was under way at once. */
  readonly widest: number;
  /** Addresses of steps that started while the run was paused. */
  readonly startedPaused: string[];
  /** How many commands there were when the person of `then` did something; null: the run had ended before. */
  readonly commandsUntilThen: number | null;
}

/** Plays a plan to its end in memory: interpreter and shell are the real ones, steps are functions, and `pick` is the time. */
export function drive(plan: Plan, config: Json, how: Drive): Driven {
  const open: Open[] = [];
  const started: string[] = [];
  const trace: string[] = [];
  const commands: Command[] = [];
  const ends: End[] = [];
  const startedPaused: string[] = [];
  let paused = false;
  let widest = 0;
  let commandsUntilThen: number | null = null;

  function run(address: string, tell: Tell, end: () => Event): Stop {
    const entry: Open = { address, stopped: false, tell, end };
    open.push(entry);
    widest = Math.max(widest, open.length);
    return () => {
      entry.stopped = true;
    };
  }

  const hands: Hands = {
    runStep({ address, input }, tell) {
      started.push(address);
      if (paused) startedPaused.push(address);
      trace.push(`+${address}`);
      const outcome = how.step(address, input);
      return run(address, tell, () => {
        trace.push(`-${address}`);
        return eventOf(address, outcome);
      });
    },
    runCall({ address, config: given }, tell) {
      const outcome = how.step(address, given);
      return run(address, tell, () => eventOf(address, outcome));
    },
    awaitAnswer({ address }, _show, tell) {
      const approved = how.approve?.(address) ?? true;
      const answer = { approved, by: 'ana', note: null, at: '2001-01-01T00:00:00.000Z' };
      const stop = run(address, tell, () => ({ type: 'answered', address, answer }));
      return () => {
        stop();
        // Nobody is told of an answer that is not waited for any more.
        open.splice(0, open.length, ...open.filter((entry) => !(entry.stopped && entry.tell === tell)));
      };
    },
    readReused(address, tell) {
      const output = how.reuse?.outputOf(address);
      run(address, tell, () =>
        output === undefined ? { type: 'absent', address } : { type: 'reused', address, output },
      );
    },
    now: () => 0,
    sleep: ({ address }, tell) => run(address, tell, () => ({ type: 'woke', address })),
    later(action) {
      open.push({ address: '', stopped: false, tell: action, end: () => ({ type: 'breathed' }) });
    },
    seen(command) {
      commands.push(command);
      how.seen?.(command);
    },
    advance: (at, state, event) =>
      (how.own ? advanceOwn : advance)(at, how.viaJson ? throughJson(state) : state, event),
  };

  const shell = new Shell(plan, begin(plan, config, how.reuse?.nodes), hands, (end) => ends.push(end));
  let events = 0;
  const { pause } = how;
  while (ends.length === 0 && (open.length > 0 || paused)) {
    if (how.cancelAfter === events) {
      // What is cancelled is held up no longer.
      paused = false;
      shell.receive({ type: 'cancel', reason: 'a test asked' });
    }
    if (how.then?.after === events) {
      commandsUntilThen = commands.length;
      shell.receive(how.then.event);
    }
    if (pause?.after === events) {
      shell.receive(PAUSED);
      paused = shell.state.paused !== null;
    }
    if (pause && paused && (open.length === 0 || events >= pause.after + pause.for)) {
      paused = false;
      shell.receive({ type: 'resumed' });
    }
    events += 1;
    const [next] = open.splice((how.pick?.(open.length) ?? 0) % open.length, 1);
    next?.tell(next.stopped ? { type: 'cancelled', address: next.address } : next.end());
  }
  const [end] = ends;
  if (!end || ends.length !== 1) throw new Error(`the run ended ${ends.length} times`);
  return { end, started, trace, commands: [...commands, end], widest, startedPaused, commandsUntilThen };
}

/** Something under way, and what it tells when it ends. */
interface Open {
  readonly address: string;
  stopped: boolean;
  readonly tell: Tell;
  readonly end: () => Event;
}

function eventOf(address: string, outcome: Outcome): Event {
  if ('failure' in outcome) return { type: 'failed', address, failure: outcome.failure };
  return { type: 'completed', address, output: outcome.output };
}

const PAUSED = { type: 'paused', by: 'ana', reason: null, at: '2001-01-01T00:00:00.000Z' } as const;

/** What is left of a value after it has been written and read. */
export function throughJson<T>(value: T): T {
  // oxlint-disable-next-line typescript/no-unsafe-return -- that it is still a T is what the tests show
  return JSON.parse(JSON.stringify(value));
}
