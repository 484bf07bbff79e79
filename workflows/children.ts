import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { type ChildWorkflowHandle, sleep, type Workflow } from '@temporalio/workflow';
import { perennialError } from '../core/errors';
import { type Json, jsonOf } from '../core/plan/json';
import type { InterventionEvent } from '../core/interpret';
import { orderSignal } from './order-signal';

type Start = () => Promise<ChildWorkflowHandle<Workflow>>;
/** How long a start waits for one of the same name that is ending, ms: from, and at most; and how often, an hour in all. */
const ENDING = { first: 250, last: 60_000, tries: 67 } as const;

/**
 * Starts a child. A run that was reset finds the children of its former execution still there for a moment: the server
 * ends them after it has begun the new one, and a called pipeline carries out its final bodies first.
 *
 * @throws PER_FLOW_016 when it does not end
 */
async function startOnce(start: Start, tried = 0): Promise<ChildWorkflowHandle<Workflow>> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    if (tried === ENDING.tries) throw perennialError('PER_FLOW_016', `${error.workflowId} has not ended in an hour.`);
    await sleep(Math.min(ENDING.first * 2 ** tried, ENDING.last), { summary: 'the one of before a reset is ending' });
    return startOnce(start, tried + 1);
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
