import type { Json } from '../core';
import type { Command, Failure, NodeNote } from '../core/interpret';
import type { LocalExecution, LocalNode, RefusedAnswer } from './result';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** An execution under way: whoever runs it writes its end. */
export type OpenExecution = Writable<Omit<LocalExecution, 'progress'>> & { readonly progress: Json[] };

/** What the records would hold of a run: nodes by address, and every execution. */
export class Records {
  readonly executions: OpenExecution[] = [];
  readonly nodes = new Map<string, LocalNode>();
  readonly refused: RefusedAnswer[] = [];

  constructor(private readonly now: () => number) {}

  /** Takes down what the interpreter commands. `path` is put before its addresses. */
  note(command: Command, path: string): void {
    if (command.type === 'run-step') {
      const { address, node, input } = command;
      this.put(path + address, { node, kind: 'step', status: 'running', input });
    }
    if (command.type !== 'note') return;
    const { address, ...what } = command.note;
    this.put(path + address, what);
  }

  begin(trial: Pick<LocalExecution, 'address' | 'node' | 'step' | 'execution' | 'input'>): OpenExecution {
    const open = { ended: null, outcome: null, output: null, failure: null, progress: [] };
    const execution: OpenExecution = { ...trial, ...open, started: this.now() };
    this.executions.push(execution);
    return execution;
  }

  commit(execution: OpenExecution, output: Json): void {
    this.close(execution, 'committed');
    execution.output = output;
    this.put(execution.address, { node: execution.node, kind: 'step', status: 'completed', output });
  }

  fail(execution: OpenExecution, failure: Failure): void {
    this.close(execution, 'failed');
    execution.failure = failure;
  }

  cancel(execution: OpenExecution): void {
    this.close(execution, 'cancelled');
  }

  private close(execution: OpenExecution, outcome: NonNullable<LocalExecution['outcome']>): void {
    execution.ended = this.now();
    execution.outcome = outcome;
  }

  private put(address: string, what: Omit<NodeNote, 'address'>): void {
    const { node, kind, status, input, output, error } = what;
    const was = this.nodes.get(address);
    const isOpen = status === 'running' || status === 'waiting';
    this.nodes.set(address, {
      address,
      node,
      kind,
      status,
      input: input ?? was?.input ?? null,
      output: output ?? was?.output ?? null,
      failure: error ?? was?.failure ?? null,
      started: was?.started ?? this.now(),
      ended: isOpen ? null : this.now(),
    });
  }
}
