import {
  type Advance,
  advanceOwn,
  beginShard,
  type Command,
  type Event,
  failureOfEnd,
  type NodeEvent,
  type RunState,
} from '../core/interpret';
import type { Json } from '../core/plan/json';
import type { Plan } from '../core/plan/plan';

export type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>;

/** The interpreter's last word. */
export type End = CommandOf<'end'>;

/** Stops what was begun; it still tells how it ended. */
export type Stop = () => void;

/** Hears how something ended. It must be told later, never while it is being begun. */
export type Tell = (event: Event) => void;

/** Who does what is commanded, in whatever time. */
export interface Hands {
  runStep(command: CommandOf<'run-step'>, tell: Tell): Stop;
  runCall(command: CommandOf<'run-call'>, tell: Tell): Stop;
  /** Hands on what a person did to the called run at an address. By default nobody does anything. */
  tellCall?(command: CommandOf<'tell'>): void;
  /** Whoever is stopped here tells nothing more. */
  awaitAnswer(command: CommandOf<'await-answer'>, show: Json, tell: Tell): Stop;
  readReused(address: string, tell: Tell): void;
  /** What time it is, ms since 1970. */
  now(): number;
  /** Whoever is stopped here need not tell anything more. */
  sleep(command: CommandOf<'sleep'>, tell: Tell): Stop;
  /** Does something soon, after what is being done now. */
  later(action: () => void): void;
  /** Told of each command but the end before it is carried out, those of shards too. */
  seen?(command: Exclude<Command, End>): void;
  /** Takes an event in. By default the state is handed over, as the workflow does. */
  readonly advance?: ((plan: Plan, state: RunState, event: Event) => Advance) | undefined;
}

/**
 * Carries out the interpreter's commands in this process, as workflows/carry-out does with Temporal's means. It decides
 * nothing and knows no time: both are others'. Shards are shells of their own, with the same hands.
 */
export class Shell {
  private readonly running = new Map<string, Stop>();
  /** How often each address was begun: a step that was begun once more is told nothing of its first try. */
  private readonly begun = new Map<string, number>();
  private readonly shards = new Map<string, Shell>();
  private current: RunState;

  /** @param onEnd called once, perhaps before this returns */
  constructor(
    readonly plan: Plan,
    first: Advance,
    private readonly hands: Hands,
    private readonly onEnd: (end: End) => void,
  ) {
    this.current = first.state;
    this.obeyAll(first.commands);
  }

  get state(): RunState {
    return this.current;
  }

  /** Of this one and of its shards, those that have not ended. */
  underWay(): Shell[] {
    if (this.current.phase === 'ended') return [];
    return [this, ...[...this.shards.values()].flatMap((shard) => shard.underWay())];
  }

  /** Takes in what happened. */
  receive(event: Event): void {
    const { plan, current, hands } = this;
    const next = hands.advance ? hands.advance(plan, current, event) : advanceOwn(plan, current, event);
    this.current = next.state;
    this.obeyAll(next.commands);
  }

  private obeyAll(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.type === 'end') this.onEnd(command);
      else this.obey(command);
    }
  }

  private obey(command: Exclude<Command, End>): void {
    this.hands.seen?.(command);
    const tell = (event: Event): void => {
      this.receive(event);
    };
    switch (command.type) {
      case 'run-step':
        this.start(command.address, (ended) => this.hands.runStep(command, ended));
        return;
      case 'run-call':
        this.start(command.address, (ended) => this.hands.runCall(command, ended));
        return;
      case 'run-shard':
        this.start(command.address, (ended) => this.runShard(command, ended));
        return;
      case 'await-answer': {
        const show = this.current.nodes[command.address]?.show ?? null;
        this.start(command.address, (ended) => this.hands.awaitAnswer(command, show, ended));
        return;
      }
      case 'reuse':
        this.hands.readReused(command.address, tell);
        return;
      case 'tell-time':
        this.hands.later(() => {
          tell({ type: 'time', address: command.address, now: this.hands.now() });
        });
        return;
      case 'sleep':
        this.start(command.address, (ended) => this.hands.sleep(command, ended));
        return;
      case 'stop':
        this.running.get(command.address)?.();
        return;
      case 'tell':
        if (this.shards.has(command.address)) this.shards.get(command.address)?.receive(command.order);
        else this.hands.tellCall?.(command);
        return;
      case 'breathe':
        this.hands.later(() => {
          this.receive({ type: 'breathed' });
        });
        return;
      case 'note':
    }
  }

  private start(address: string, work: (ended: Tell) => Stop): void {
    const times = (this.begun.get(address) ?? 0) + 1;
    this.begun.set(address, times);
    const ended: Tell = (event) => {
      if (this.begun.get(address) !== times) return;
      this.running.delete(address);
      this.receive(event);
    };
    this.running.set(address, work(ended));
  }

  private runShard({ address, seed }: CommandOf<'run-shard'>, ended: Tell): Stop {
    const first = beginShard(this.plan, seed, this.current.reuse);
    const shard = new Shell(this.plan, first, this.hands, (end) => {
      this.hands.later(() => {
        ended(eventOfEnd(address, end));
      });
    });
    this.shards.set(address, shard);
    return () => {
      shard.receive({ type: 'cancel', reason: STOPPED });
    };
  }
}

/** Why a shard or a called run is cancelled when its parent stops it. */
export const STOPPED = 'The run was cancelled on request.';

/** What the end of a shard or of a called run is to the node that waits for it. */
export function eventOfEnd(address: string, end: End): NodeEvent {
  if (end.status === 'completed') return { type: 'completed', address, output: end.output };
  if (end.status === 'cancelled') return { type: 'cancelled', address };
  return { type: 'failed', address, failure: failureOfEnd(end) };
}
