/**
 * Danger: the demo, which begins with an empty state folder, empties one in which a stack runs; or it fails and says nothing,
 * or with an exit code that a script takes for success.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepLock, lockHolder, takeLock } from '../../../workers/embedded/lock';
import { markOf } from '../../../workers/embedded/process-mark';
import { perennial } from './launch';

jest.setTimeout(60_000);

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'perennial-demo-'));
});
afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

test('a folder in which a stack is kept is left as it is, and the demo says why it did not begin', async () => {
  const self = markOf(process.pid) ?? { pid: process.pid, start: '' };
  await takeLock(state, { holder: self, launcher: self, kept: false });
  keepLock(state, self);
  writeFileSync(join(state, 'records'), 'of a stack that runs');
  const { code, out, err } = await perennial(['demo', '--state', state, '--json']).ended;
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'PER_STACK_003' } });
  expect(code).toBe(3);
  expect(err).toContain('ending the stack');
  expect(existsSync(join(state, 'records'))).toBe(true);
  expect(lockHolder(state)).toMatchObject({ holder: self, kept: true });
});
