// Danger: whoever kills the launcher leaves servers behind that hold the data and the ports of the next start; a second copy takes
// the first one's ports; two stacks write into one folder; a lost data folder takes the records with it.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStackFile } from '../../../workers/embedded/stack-file';
import { ask, hold, perennial, runs, tidy, until, up } from './launch';

jest.setTimeout(180_000);

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'perennial-stack-'));
  folders.push(made);
  return made;
}
afterEach(async () => {
  for (const made of folders.splice(0)) await tidy(made);
});

async function answers(ui: string): Promise<boolean> {
  const response = await fetch(`${ui}/api/v1/namespaces/default`).catch(() => null);
  return response?.ok ?? false;
}

test('after kill -9 of the launcher its parts end, and the next start goes on with the same records', async () => {
  const state = folder();
  const { launched, stack } = await hold(state);
  await ask(stack.addresses.postgresUrl, 'CREATE TABLE kept AS SELECT 7 AS value');
  launched.child.kill('SIGKILL');
  const next = await hold(state);
  expect(runs(stack.pids.postgres)).toBe(false);
  expect(runs(stack.pids.temporal)).toBe(false);
  await expect(ask(next.stack.addresses.postgresUrl, 'SELECT value FROM kept')).resolves.toBe(7);
  next.launched.child.kill('SIGTERM');
  await expect(next.launched.ended).resolves.toMatchObject({ code: 0 });
  expect(runs(next.stack.pids.postgres)).toBe(false);
});

test('after kill -9 of the supervisor, too, the next start ends what was left and works', async () => {
  const state = folder();
  const first = await up(state);
  const supervisor = readStackFile(state)?.supervisor.pid ?? 0;
  process.kill(supervisor, 'SIGKILL');
  await until('the supervisor is gone', () => !runs(supervisor));
  expect(runs(first.pids.postgres)).toBe(true);
  const second = await up(state);
  expect(runs(first.pids.postgres)).toBe(false);
  expect(runs(first.pids.temporal)).toBe(false);
  await expect(answers(second.addresses.temporalUi)).resolves.toBe(true);
});

test('a part that is killed comes back at the same address with its data', async () => {
  const state = folder();
  const { addresses, pids } = await up(state);
  await ask(addresses.postgresUrl, 'CREATE TABLE kept AS SELECT 7 AS value');
  process.kill(pids.postgres, 'SIGKILL');
  process.kill(pids.temporal, 'SIGKILL');
  await until('both have new processes', () => {
    const { temporal, postgres } = readStackFile(state)?.processes ?? {};
    return temporal?.pid !== pids.temporal && postgres?.pid !== pids.postgres;
  });
  await until('Temporal answers', () => answers(addresses.temporalUi));
  await until('Postgres answers', () =>
    ask(addresses.postgresUrl, 'SELECT 1').then(
      (one) => one === 1,
      () => false,
    ),
  );
  await expect(ask(addresses.postgresUrl, 'SELECT value FROM kept')).resolves.toBe(7);
});

test('two stacks stand beside each other; one state folder holds one, and says so with code and exit code 3', async () => {
  const [one, two] = [folder(), folder()];
  const first = await up(one);
  const second = await up(two);
  expect(new Set([...Object.values(first.addresses), ...Object.values(second.addresses)]).size).toBe(6);
  await expect(answers(first.addresses.temporalUi)).resolves.toBe(true);
  await expect(answers(second.addresses.temporalUi)).resolves.toBe(true);
  const third = await perennial(['up', '--state', one, '--only', 'postgres', '--json']).ended;
  expect(third.code).toBe(3);
  expect(JSON.parse(third.out)).toMatchObject({ error: { code: 'PER_STACK_003' } });
  expect(third.out).toContain(one);
});

test('--fresh starts from nothing', async () => {
  const state = folder();
  const first = await up(state);
  await ask(first.addresses.postgresUrl, 'CREATE TABLE kept AS SELECT 7 AS value');
  await perennial(['down', '--state', state]).ended;
  const second = await up(state, '--fresh');
  await expect(ask(second.addresses.postgresUrl, "SELECT to_regclass('kept')")).resolves.toBeNull();
  expect(second.addresses.postgresUrl).not.toBe(first.addresses.postgresUrl);
});

test('a stack whose state folder is removed ends by itself', async () => {
  const state = folder();
  const { pids } = await up(state);
  await rm(state, { recursive: true, force: true });
  await until('its servers are gone', () => !runs(pids.postgres) && !runs(pids.temporal));
});

test('the database wants its password, listens on loopback alone, checks its pages, and shows the password to no one', async () => {
  const state = folder();
  const { addresses, pids } = await up(state);
  const url = new URL(addresses.postgresUrl);
  const password = url.password;
  url.password = 'wrong';
  await expect(ask(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  await expect(ask(addresses.postgresUrl, "SELECT current_setting('listen_addresses')")).resolves.toBe('127.0.0.1');
  await expect(ask(addresses.postgresUrl, "SELECT current_setting('data_checksums')")).resolves.toBe('on');
  const { execFileSync } = await import('node:child_process');
  const shown = execFileSync('ps', ['-ww', '-o', 'args=', '-p', `${pids.postgres}`], { encoding: 'utf8' });
  expect(shown).toContain('postgres');
  expect(shown).not.toContain(password);
});
