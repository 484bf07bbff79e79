import type { NodeRow } from './node-row';

/**
 * Whether a node has begun, by its record: an approval has asked, a call has started its run. What is given up because
 * another node failed has a record too, made at its end: nothing of what it was to be is in it, and no time has passed.
 */
export function hasBegun({ status, input, first_claimed: first, ended_at: ended }: NodeRow): boolean {
  if (status === 'skipped') return false;
  return (status !== 'cancelled' && status !== 'failed') || input !== null || first !== ended;
}
