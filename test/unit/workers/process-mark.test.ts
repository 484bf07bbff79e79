// Danger: a recorded pid may belong to a stranger by the time a clean-up reads it. Ending it would kill somebody else's work.
import { spawn } from 'node:child_process';
import { endMarked, isAlive, markOf, signalMarked } from '../../../workers/embedded/process-mark';

function sleeper() {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  const mark = child.pid === undefined ? null : markOf(child.pid);
  if (mark === null) throw new Error('sleep did not start');
  return { mark, ended };
}

test('a running process is alive by its mark, and gone after it was ended', async () => {
  const { mark, ended } = sleeper();
  expect(isAlive(mark)).toBe(true);
  await endMarked(mark, 'SIGTERM', 5_000);
  await expect(ended).resolves.toBe('SIGTERM');
  expect(isAlive(mark)).toBe(false);
  expect(markOf(mark.pid)).toBeNull();
});

test('a process with the same pid but another start is a stranger: neither alive nor signalled', async () => {
  const { mark, ended } = sleeper();
  const stranger = { ...mark, start: `${mark.start}0` };
  expect(isAlive(stranger)).toBe(false);
  signalMarked(stranger, 'SIGKILL');
  await endMarked(stranger, 'SIGKILL', 0);
  expect(isAlive(mark)).toBe(true);
  await endMarked(mark, 'SIGTERM', 5_000);
  await expect(ended).resolves.toBe('SIGTERM');
});
