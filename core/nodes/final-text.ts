import type { EndStatus } from '../keep/event';
import type { FinallyNode } from '../plan/plan';

/**
 * Why a final body has not begun, as the rest of a sentence about it: `runs when everything else has ended`,
 * `runs only when a run has failed; this one ended as completed`.
 *
 * @param run the status of its run
 */
export function finalText({ when }: Pick<FinallyNode, 'when'>, run: 'running' | EndStatus): string {
  const always = when === 'always';
  if (run === 'running') return always ? 'runs when everything else has ended' : 'runs only when a run has failed';
  const fits = always || run === 'failed' || run === 'rejected';
  return fits
    ? `had not begun when the run ended as ${run}`
    : `runs only when a run has failed; this one ended as ${run}`;
}
