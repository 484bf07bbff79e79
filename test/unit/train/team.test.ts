// Danger: a training thread takes a wake-up for a command. The notify of a command may come after the thread has done it
// (the coordinator was held up in between); a thread that then counts itself done once more is ahead of the coordinator for
// ever, goes round without end, and the training never ends or reads sums that are not there yet.
import { setImmediate as turn } from 'node:timers/promises';
import { COMMAND, CONTROL, layOut } from '../../../activities/train/gbdt/shared';
import { Team } from '../../../activities/train/gbdt/team';

const ROWS = 70_000;
const NOTHING_BINNED = { features: [], binStarts: [0, 1], places: new Uint32Array(0) };

/** Wakes the thread once it waits, and tells nothing. */
async function wake(control: Int32Array): Promise<void> {
  const patience = AbortSignal.timeout(5_000);
  while (Atomics.notify(control, CONTROL.generation) === 0) {
    patience.throwIfAborted();
    await turn();
  }
}

test('a thread that is woken without a command waits again, says nothing, and does the next command once', async () => {
  const state = layOut(NOTHING_BINNED, ROWS, 2, { share: 1, seed: 1 });
  const team = await Team.start(state, 2);
  try {
    for (let i = 0; i < 3; i++) await wake(state.control);
    expect(state.control[CONTROL.done]).toBe(0);
    team.run(COMMAND.endBoosting, [[CONTROL.leaves, 0]]);
    await wake(state.control);
    expect(state.control[CONTROL.done]).toBe(1);
    // Every chunk has its loss: log 2 a row, as nothing is known yet.
    const loss = state.losses.reduce((sum, one) => sum + one, 0);
    expect(loss / ROWS).toBeCloseTo(Math.LN2, 9);
  } finally {
    await team.stop();
  }
});
