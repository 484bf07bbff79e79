import type { Paused } from '../core/interpret';

/**
 * Makes the record say whether a run is held up, as the run itself has it: a reset may go back before a pause, or before its
 * end. The run notes a pause itself, maybe between the question and the record of its answer: so it is asked once more.
 *
 * @param ask asks the run: null, it goes on
 * @param note writes it into the record
 */
export async function followPause(
  ask: () => Promise<Paused | null>,
  note: (paused: Paused | null) => Promise<void>,
): Promise<void> {
  const paused = await ask();
  await note(paused);
  const since = await ask();
  if (since?.at !== paused?.at) await note(since);
}
