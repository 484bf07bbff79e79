import {
  advance,
  advanceOwn,
  begin,
  beginShard,
  type Advance,
  type Command,
  type Event,
  type Failure,
} from '../../../core/interpret';
import type { Json } from '../../../core/plan/json';
import type { Plan } from '../../../core/plan/plan';

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
  readonly end: Extract<Command, { type: 'end' }>;
  /** Addresses of steps in the order in which they started, shards' included. */
  readonly started: string[];
  /** Started and ended, as they came: `+train`, `-train`. */
  readonly trace: string[];
  readonly commands: Command[];
  /** Most steps of one workflow under way at once. */
  readonly widest: number;
}

/** Plays a plan to its end in memory: the interpreter is the real one, steps are functions, shards run at once. */
export function drive(plan: Plan, config: Json, how: Drive): Driven {
  return play(plan, begin(plan, config, how.reuse?.nodes), how);
}

function play(plan: Plan, first: Advance, how: Drive): Driven {
  const seen: Driven = {
    end: { type: 'end', status: 'failed', output: null, reason: null, failure: null },
    started: [],
    trace: [],
    commands: [],
    widest: 0,
  };
  const result = { ...seen };
  const open: { readonly address: string; readonly answers?: true; readonly event: () => Event }[] = [];
  const stopped = new Set<string>();
  let state = first.state;
  let ends = 0;
  let widest = 0;

  function obey(commands: readonly Command[]): void {
    for (const command of commands) {
      result.commands.push(command);
      how.seen?.(command);
      if (command.type === 'run-step') {
        result.started.push(command.address);
        result.trace.push(`+${command.address}`);
        const outcome = how.step(command.address, command.input);
        open.push({ address: command.address, event: () => eventOf(command.address, outcome) });
      } else if (command.type === 'run-call') {
        const outcome = how.step(command.address, command.config);
        open.push({ address: command.address, event: () => eventOf(command.address, outcome) });
      } else if (command.type === 'run-shard') {
        open.push({ address: command.address, event: () => shardEvent(command) });
      } else if (command.type === 'await-answer') {
        const answer = {
          approved: how.approve?.(command.address) ?? true,
          by: 'ana',
          note: null,
          at: '2001-01-01T00:00:00.000Z',
        };
        open.push({ address: command.address, event: () => ({ type: 'answered', address: command.address, answer }) });
      } else if (command.type === 'reuse') {
        const { address } = command;
        const output = how.reuse?.outputOf(address);
        open.push({
          address,
          answers: true,
          event: () => (output === undefined ? { type: 'absent', address } : { type: 'reused', address, output }),
        });
      } else if (command.type === 'breathe') {
        open.push({ address: '', event: () => ({ type: 'breathed' }) });
      } else if (command.type === 'stop') stopped.add(command.address);
      else if (command.type === 'end') {
        result.end = command;
        ends += 1;
      }
    }
    widest = Math.max(widest, open.length);
  }

  function eventOf(address: string, outcome: Outcome): Event {
    result.trace.push(`-${address}`);
    if ('failure' in outcome) return { type: 'failed', address, failure: outcome.failure };
    return { type: 'completed', address, output: outcome.output };
  }

  function shardEvent(command: Extract<Command, { type: 'run-shard' }>): Event {
    const inner = play(plan, beginShard(plan, command.seed, how.reuse?.nodes), how);
    result.started.push(...inner.started);
    result.trace.push(...inner.trace);
    const { address } = command;
    if (inner.end.status === 'completed') return { type: 'completed', address, output: inner.end.output };
    const failure = inner.end.failure ?? {
      type: 'Error',
      message: inner.end.reason ?? '',
      fault: 'engine',
      retryable: false,
    };
    return { type: 'failed', address, failure };
  }

  function step(event: Event): void {
    const take = how.own ? advanceOwn : advance;
    const next = take(plan, how.viaJson ? throughJson(state) : state, event);
    state = next.state;
    obey(next.commands);
  }

  obey(first.commands);
  let events = 0;
  while (ends === 0 && open.length > 0) {
    if (how.cancelAfter === events++) step({ type: 'cancel', reason: 'a test asked' });
    const [next] = open.splice((how.pick?.(open.length) ?? 0) % open.length, 1);
    if (!next) continue;
    // What was asked of the records is answered, whatever is to stop meanwhile.
    const stops = stopped.has(next.address) && next.answers !== true;
    step(stops ? { type: 'cancelled', address: next.address } : next.event());
  }
  if (ends !== 1) throw new Error(`the run ended ${ends} times, in the state ${JSON.stringify(state)}`);
  return { ...result, widest };
}

/** What is left of a value after it has been written and read. */
export function throughJson<T>(value: T): T {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-return -- that it is still a T is what the tests show
  return JSON.parse(JSON.stringify(value));
}
