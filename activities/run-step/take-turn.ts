import { availableParallelism } from 'node:os';
import type { Call } from './call';
import { startLimit } from './limit';
import { createTurns } from './turns';

/** Child processes of one worker process at once: a worker has slots for hundreds of executions, a machine has its cores. */
const children = createTurns(availableParallelism());

/**
 * Waits until an isolated execution may start its child process. The wait counts to the step's time limit, as it does for Temporal.
 *
 * @returns gives the place back
 * @throws the reason of a cancellation, PER_RUN_019 when the step's time is up
 */
export async function takeTurn(
  call: Pick<Call, 'temporal' | 'step' | 'argument'>,
  turns = children,
): Promise<() => void> {
  const limit = startLimit(call);
  try {
    return await turns.take(limit.signal);
  } finally {
    limit.stop();
  }
}
