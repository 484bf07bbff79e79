// Danger: a stack that was started with --state somewhere else is found by no verb that follows: bare `down` says that nothing
// ran while it goes on, and the next `up` starts a second one; a purge after a purge takes another stack's records. And a stack that
// cannot be remembered must start all the same.
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockHolder } from '../../../workers/embedded/lock';
import { perennial, tidy } from './launch';
import type { Ended } from './launch';

jest.setTimeout(180_000);

let folder: string;
let state: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'perennial-remembered-')));
  state = join(folder, 'else where');
});
afterEach(async () => {
  await tidy(state);
  rmSync(folder, { recursive: true, force: true });
});

/** Calls a verb as someone in that folder would, who has named nothing in the environment. */
function here(...args: string[]): Promise<Ended> {
  const env = { PERENNIAL_PROJECT: '', PERENNIAL_STATE: '', DATABASE_URL: '', TEMPORAL_ADDRESS: '' };
  return perennial(args, { cwd: folder, env }).ended;
}

const SERVERS = ['--only', 'temporal,postgres'];

test('bare verbs find a stack whose state lies outside of the project, until it and its folder are gone', async () => {
  const up = await here('up', '--state', 'else where', ...SERVERS);
  expect(up.out).toMatch(/^npx perennial down ends it\.$/m);
  const runs = await here('runs', '--json');
  expect(runs).toMatchObject({ code: 0 });

  const down = await here('down');
  expect(down.out).toContain(`Ended the stack of ${state}.`);
  expect(lockHolder(state)).toBeNull();

  const purge = await here('down', '--purge');
  expect(purge.out).toBe(`Nothing ran in ${state}.\nRemoved its state folder.\n`);
  const main = join(folder, '.perennial', 'main');
  mkdirSync(join(main, 'artifacts'), { recursive: true });
  const again = await here('down', '--purge');
  expect(again).toMatchObject({ code: 0, out: like(/^Nothing ran in .*\nThere was nothing to remove/) });
  const json = await here('down', '--purge', '--json');
  expect(JSON.parse(json.out)).toEqual({ state, ended: false, purged: false });
  expect(existsSync(join(main, 'artifacts'))).toBe(true);

  const stale = await here('runs');
  expect(stale).toMatchObject({ code: 3 });
  expect(stale.err).toMatch(/PER_STACK_008.*last one started here; it is gone.*--state or PERENNIAL_STATE/);
  const next = await here('up', ...SERVERS);
  expect(next.err).toContain(`${state}, the state folder of the last stack started here, is gone: starting in ${main}`);
  expect((await here('down')).out).toContain(`Ended the stack of ${main}.`);
});

test('where nothing can be remembered the stack runs, and what is printed names its folder', async () => {
  writeFileSync(join(folder, '.perennial'), 'a file where the folder would be');
  const up = await here('up', '--state', state, ...SERVERS);
  expect(up).toMatchObject({ code: 0 });
  expect(up.err).toContain(`not remembered: ${join(folder, '.perennial')} cannot be written`);
  expect(up.out).toContain(`npx perennial down --state '${state}' ends it.`);
  expect((await here('down', '--state', state)).out).toContain('Ended the stack');
});

test('a stack that asks not to be remembered leaves bare verbs with the one that they knew', async () => {
  const up = await here('up', '--state', state, '--no-remember', '--only', 'postgres');
  expect(up).toMatchObject({ code: 0, out: like(/^npx perennial down --state '.*else where' ends it\.$/m) });
  expect(existsSync(join(folder, '.perennial', 'current'))).toBe(false);
  expect((await here('runs', '--json', '--state', state)).code).toBe(0);
  expect((await here('down', '--state', state)).out).toContain('Ended the stack');
});

function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
