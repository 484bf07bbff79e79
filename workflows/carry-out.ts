import { CancellationScope, setCurrentDetails, sleep, startChild } from '@temporalio/workflow';
import { perennialError } from '../core/errors';
import {
  advanceOwn,
  type Advance,
  type AlreadyOver,
  type Command,
  type Event,
  type InterventionEvent,
  type NodeEvent,
  nodeTable,
  type RunInput,
  type RunState,
  stepAt,
} from '../core/interpret';
import { type GivenAnswer, unanswered } from '../core/plan/approval';
import type { Json } from '../core/plan/json';
import type { Plan } from '../core/plan/plan';
import { type CachedOutputs, cachedOutputs } from './cached-outputs';
import { Children } from './children';
import { priorityOf } from './dispatch';
import { askOnce } from './engine-activities';
import { eventOf } from './failures';
import type { ShardInput } from './map-shard';
import { NodeNotes } from './note-nodes';
import { reusedOutputs } from './reused-outputs';
import { runStep, type RunFacts } from './run-step';

/** The interpreter's last word. */
export type End = Extract<Command, { type: 'end' }>;

/**
 * Carries out the interpreter's commands with Temporal's means and tells it what came of them. It decides nothing.
 * Everything runs in a scope of its own that the run's cancellation does not reach: the interpreter hears of the
 * cancellation and says what is to be stopped.
 */
export class Shell {
  private readonly scope = CancellationScope.current();
  private readonly running = new Map<string, CancellationScope>();
  private readonly children = new Children();
  /** Nodes about which a person's word is being decided, with what has come of them meanwhile. */
  private readonly undecided = new Map<string, NodeEvent[]>();
  private readonly notes: NodeNotes;
  private readonly reused: ReturnType<typeof reusedOutputs>;
  private readonly cached: CachedOutputs;
  private current: RunState;
  private drawing = false;
  /** What is done after it is done once for everything that comes about at the same moment. */
  private readonly soon = Promise.resolve();
  private settle: { readonly resolve: (end: End) => void; readonly reject: (error: unknown) => void } | null = null;
  private readonly ended: Promise<End>;

  constructor(
    private readonly facts: RunFacts,
    readonly plan: Plan,
    first: Advance,
  ) {
    this.notes = new NodeNotes(facts.run, (over) => {
      this.waitNoMore(over);
    });
    this.reused = reusedOutputs(facts.run);
    this.cached = cachedOutputs(
      (nodes) => askOnce['perennial.look-up-cached']({ run: facts.run, nodes }),
      () => this.isHeld(),
    );
    this.current = first.state;
    this.ended = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.obeyAll(first.commands);
  }

  get state(): RunState {
    return this.current;
  }

  /** Resolves with the end once the records know the state of every node. */
  async end(): Promise<End> {
    const end = await this.ended;
    await this.notes.flushed();
    await this.children.told();
    return end;
  }

  /** Takes in what happened. A fault of the interpreter fails the workflow task, so that a mended worker can go on. */
  receive(event: Event): void {
    try {
      const next = advanceOwn(this.plan, this.current, event);
      this.current = next.state;
      this.obeyAll(next.commands);
    } catch (error) {
      this.settle?.reject(error);
    }
  }

  /** Takes in a person's answer, or the time-out's. */
  answer(address: string, answer: GivenAnswer): void {
    this.waitNoMore({ type: 'answered', address, answer });
  }

  /** Cancels the run: what runs may take its time to stop, or none at all. */
  cancel(reason: string, { grace, hard }: { readonly grace: number; readonly hard: boolean }): void {
    this.receive({ type: 'cancel', reason });
    const end = (words: string): void => {
      this.receive({ type: 'ended-hard', reason: words, final: !hard });
    };
    if (hard) end(reason);
    else
      this.inScope(() => {
        void sleep(grace, { summary: 'what runs may take so long to stop' }).then(() => {
          end(`${reason} What still ran after ${grace} ms was not waited for.`);
        });
      });
  }

  /** @throws PER_RUN_041 while another person's word about the node is being decided */
  refuseUndecided(address: string): void {
    if (!this.undecided.has(address)) return;
    throw perennialError('PER_RUN_041', `Somebody else is acting on '${address}'.`);
  }

  /** Decides about a node: what comes of it meanwhile counts only when the decision is refused. */
  async decide(address: string, decision: () => Promise<InterventionEvent>): Promise<void> {
    this.refuseUndecided(address);
    this.undecided.set(address, []);
    let event: InterventionEvent | null = null;
    try {
      event = await decision();
    } finally {
      const missed = this.undecided.get(address) ?? [];
      this.undecided.delete(address);
      if (event) this.receive(event);
      else for (const each of missed) this.receive(each);
    }
  }

  /** Whether what has not been handed out has to wait. What is to be stopped need not. */
  private isHeld(): boolean {
    return this.current.paused !== null && this.current.ending === null;
  }

  /** What a wait or an approval waited for has come: its timer is of no use any more. */
  private waitNoMore(event: AlreadyOver): void {
    this.running.get(event.address)?.cancel();
    this.receive(event);
  }

  private obeyAll(commands: readonly Command[]): void {
    for (const command of commands) this.obey(command);
    this.draw();
  }

  private obey(command: Command): void {
    switch (command.type) {
      case 'run-step': {
        const { address, node, input } = command;
        const use = stepAt(this.plan, node);
        this.start(address, () => runStep(this.facts, this.cached, use, { address, node, input }));
        return;
      }
      case 'reuse': {
        this.inScope(() => {
          this.reused.ask(command.address).then(
            (event) => {
              this.receive(event);
            },
            (error: unknown) => this.settle?.reject(error),
          );
        });
        return;
      }
      case 'run-shard': {
        this.start(command.address, () => this.runShard(command));
        return;
      }
      case 'run-call': {
        this.start(command.address, () => this.runCall(command));
        return;
      }
      case 'await-answer': {
        this.awaitAnswer(command.address, command.timeout);
        return;
      }
      case 'tell-time': {
        this.tellTime(command.address);
        return;
      }
      case 'sleep': {
        this.sleep(command);
        return;
      }
      case 'stop':
        this.running.get(command.address)?.cancel();
        return;
      case 'tell': {
        this.inScope(() => {
          this.children.tell(command.address, command.order);
        });
        return;
      }
      case 'breathe': {
        this.breathe();
        return;
      }
      case 'note': {
        this.inScope(() => {
          this.notes.add(command.note);
        });
        return;
      }
      case 'end':
        this.settle?.resolve(command);
    }
  }

  private start(
    address: string,
    work: () => Promise<Json>,
    ended: (output: Json) => NodeEvent = (output) => ({ type: 'completed', address, output }),
  ): void {
    const scope = new CancellationScope({ cancellable: true, parent: this.scope });
    this.running.set(address, scope);
    scope.run(work).then(
      (output) => {
        this.done(ended(output), scope);
      },
      (error: unknown) => {
        this.done(eventOf(address, error), scope);
      },
    );
  }

  private done(event: NodeEvent, scope: CancellationScope): void {
    // It was begun again meanwhile: nobody asks for the first try any more.
    if (this.running.get(event.address) !== scope) return;
    this.running.delete(event.address);
    const undecided = this.undecided.get(event.address);
    if (undecided) undecided.push(event);
    else this.receive(event);
  }

  private runShard({ address, seed }: Extract<Command, { type: 'run-shard' }>): Promise<Json> {
    const input: ShardInput = { facts: this.facts, plan: this.plan, seed };
    return this.children.resultOf(address, () =>
      startChild('perennial.map-shard', {
        workflowId: `${this.facts.run}/${address}`,
        args: [input],
        cancellationType: 'WAIT_CANCELLATION_COMPLETED',
        staticSummary: `${address}: items ${seed.from} to ${seed.from + seed.items.length - 1}`,
      }),
    );
  }

  private runCall(call: Extract<Command, { type: 'run-call' }>): Promise<Json> {
    const { run, cache } = this.facts;
    const input: RunInput = {
      config: call.config,
      plan: call.plan,
      parentRun: run,
      ...(cache ? {} : { noCache: true }),
    };
    return this.children.resultOf(call.address, () =>
      startChild(call.pipeline, {
        workflowId: `${run}/${call.address}`,
        args: [input],
        cancellationType: 'WAIT_CANCELLATION_COMPLETED',
        // A caller that is terminated leaves its calls to end by themselves, final bodies included.
        parentClosePolicy: 'REQUEST_CANCEL',
        staticSummary: `called by ${call.address}`,
        ...priorityOf(call),
      }),
    );
  }

  private awaitAnswer(address: string, timeout: number | null): void {
    if (timeout === null) return;
    const scope = new CancellationScope({ cancellable: true, parent: this.scope });
    this.running.set(address, scope);
    scope
      .run(() => sleep(timeout, { summary: `${address} waits for an answer`.slice(0, 180) }))
      .then(
        () => {
          this.answer(address, unanswered(new Date().toISOString()));
        },
        // Answered, or the run ends.
        () => this.running.delete(address),
      );
  }

  /** Soon, and not at once: what was commanded together with the question comes before what its answer leads to. */
  private tellTime(address: string): void {
    this.inScope(() => {
      void Promise.resolve().then(() => {
        this.receive({ type: 'time', address, now: Date.now() });
      });
    });
  }

  private sleep({ address, ms, until }: Extract<Command, { type: 'sleep' }>): void {
    const summary = `${address} waits until ${until}`.slice(0, 180);
    const work = async (): Promise<null> => {
      await sleep(ms, { summary });
      return null;
    };
    this.start(address, work, () => ({ type: 'woke', address }));
  }

  /** A timer is told of in a later workflow task than the one that set it: what was commanded until now has then been sent. */
  private breathe(): void {
    this.inScope(() => {
      void sleep(1, { summary: 'what was handed out is sent' }).then(() => {
        this.receive({ type: 'breathed' });
      });
    });
  }

  private inScope(work: () => void): void {
    void this.scope.run(() => {
      work();
      return Promise.resolve();
    });
  }

  /** Redraws the table in Temporal's UI once for everything that comes about at the same moment. */
  private draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    void this.soon.then(() => {
      this.drawing = false;
      setCurrentDetails(nodeTable(this.plan, this.current));
    });
  }
}
