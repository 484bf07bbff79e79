import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { type ChildWorkflowHandle, sleep, type Workflow } from '@temporalio/workflow';
import { type Json, jsonOf } from '../core/plan/json';
import type { InterventionEvent } from '../core/interpret';
import { orderSignal } from './order-signal';

type Start = () => Promise<ChildWorkflowHandle<Workflow>>;
/** How long a start waits for one of the same name that is ending, ms: from, and at most. */
const ENDING = { first: 250, last: 30_000 } as const;

/**
 * Starts a child. A run that was reset finds the children of its former execution still there for a moment: the server
 * ends them after it has begun the new one, and a called pipeline carries out its final bodies first.
 */
async function startOnce(start: Start, wait: number = ENDING.first): Promise<ChildWorkflowHandle<Workflow>> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await sleep(wait, { summary: 'the one of before a reset is ending' });
    return startOnce(start, Math.min(wait * 2, ENDING.last));
  }
}

/** The workflows that a run has started for its shards and calls, and what they are told. */
export class Children {
  private readonly started = new Map<string, Promise<ChildWorkflowHandle<Workflow>>>();
  private telling: Promise<void> = Promise.resolve();

  /** Waits for the value of the one at an address. */
  async resultOf(address: string, start: Start): Promise<Json> {
    const starting = startOnce(start);
    this.started.set(address, starting);
    try {
      const child = await starting;
      return jsonOf(await child.result());
    } finally {
      this.started.delete(address);
    }
  }

  /** Tells the one at an address, once it has started; whoever has ended need not hear. */
  tell(address: string, order: InterventionEvent): void {
    const child = this.started.get(address);
    if (!child) return;
    const told = child.then((handle) => handle.signal(orderSignal, order)).catch(() => undefined);
    this.telling = this.telling.then(() => told);
  }

  /** Resolves when all has been told. */
  async told(): Promise<void> {
    await this.telling;
  }
}
