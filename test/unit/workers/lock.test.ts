// Danger: two stacks on one state folder would write over each other; and a holder that was killed with -9 must not keep the
// folder for ever.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepLock, lockHolder, releaseLock, takeLock } from '../../../workers/embedded/lock';
import { markOf } from '../../../workers/embedded/process-mark';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'perennial-lock-'));
});
afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

const self = markOf(process.pid) ?? { pid: process.pid, start: '' };
const dead = { pid: self.pid, start: 'another life' };

test('a free folder is taken, told to nobody but its owner, and given back', async () => {
  await takeLock(state, { holder: self, launcher: self, kept: false });
  expect(lockHolder(state)).toMatchObject({ holder: self, kept: false });
  expect(statSync(join(state, 'lock.json')).mode & 0o777).toBe(0o600);
  releaseLock(state, self);
  expect(lockHolder(state)).toBeNull();
});

test('a kept stack refuses another at once, naming the folder, the process and the fix', async () => {
  await takeLock(state, { holder: self, launcher: self, kept: false });
  keepLock(state, self);
  const failure = await takeLock(state, { holder: self, launcher: self, kept: false }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'PER_STACK_003' });
  const message = failure instanceof Error ? failure.message : '';
  for (const said of [state, String(self.pid), 'perennial down', '--state']) expect(message).toContain(said);
});

test('what a killed holder left does not count', async () => {
  writeFileSync(join(state, 'lock.json'), JSON.stringify({ holder: dead, launcher: dead, kept: true, since: 'then' }));
  await takeLock(state, { holder: self, launcher: self, kept: false });
  expect(lockHolder(state)).toMatchObject({ holder: self });
});

test('a lock file cut short by a full disk does not count either', async () => {
  writeFileSync(join(state, 'lock.json'), '{"holder": {"pi');
  await takeLock(state, { holder: self, launcher: self, kept: false });
  expect(JSON.parse(readFileSync(join(state, 'lock.json'), 'utf8'))).toMatchObject({ holder: self });
});

test('a lock that has passed to another is not given back in its name', async () => {
  await takeLock(state, { holder: self, launcher: self, kept: false });
  releaseLock(state, dead);
  expect(lockHolder(state)).toMatchObject({ holder: self });
});
