import { condition, defineSignal, setHandler } from '@temporalio/workflow';
import { type InterventionEvent, readOrder } from '../core/interpret';
import type { Shell } from './carry-out';

/** What a person did to the run that this workflow is a part of, or was called by. */
export const orderSignal = defineSignal<[InterventionEvent]>('order');

/**
 * Takes orders from the workflow that has started this one; one that comes before the run has begun waits for that.
 *
 * @param heard told of each, in a run that has records of its own
 */
export function takeOrders(
  shell: () => Shell | null,
  heard: (order: InterventionEvent) => Promise<void> = () => Promise.resolve(),
): void {
  setHandler(orderSignal, async (said) => {
    // Whoever reaches Temporal can send it; what is none changes nothing.
    const order = readOrder(said);
    if (!order) return;
    await condition(() => shell() !== null);
    shell()?.receive(order);
    await heard(order);
  });
}
