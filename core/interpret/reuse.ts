import { change, type Draft, nodeAt } from './draft';
import { complete } from './settle';
import type { Event } from './state';

/**
 * Asks the records for the output of a node, of whatever kind, that a rerun may take over from its parent. A map or a
 * branch that is taken over is never opened.
 *
 * @returns false when the node is to be run
 */
export function askForOutput(draft: Draft, address: string): boolean {
  const { node, shard, reuse } = nodeAt(draft, address);
  if (shard !== undefined || reuse !== undefined || !draft.reuse.includes(node)) return false;
  change(draft, address, { status: 'running', reuse: 'asked' });
  draft.commands.push({ type: 'reuse', address });
  return true;
}

/** Takes the records' answer: the node has its output, or is to be run like any other. */
export function takeReused(draft: Draft, event: Extract<Event, { type: 'reused' | 'absent' }>): void {
  const { status, reuse } = nodeAt(draft, event.address);
  if (status !== 'running' || reuse !== 'asked') return;
  if (event.type === 'reused') {
    complete(draft, event.address, event.output);
    return;
  }
  change(draft, event.address, { status: 'pending', reuse: 'absent' });
  draft.pending.push(event.address);
}
