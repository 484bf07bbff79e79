import type { ChildWorkflowHandle, Workflow } from '@temporalio/workflow';
import { type Json, jsonOf } from '../core/plan/json';
import type { InterventionEvent } from '../core/interpret';
import { orderSignal } from './order-signal';

/** The workflows that a run has started for its shards and calls, and what they are told. */
export class Children {
  private readonly started = new Map<string, Promise<ChildWorkflowHandle<Workflow>>>();
  private telling: Promise<void> = Promise.resolve();

  /** Waits for the value of the one at an address. */
  async resultOf(address: string, starting: Promise<ChildWorkflowHandle<Workflow>>): Promise<Json> {
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
