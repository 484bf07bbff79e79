// Danger: Postgres refuses root, and an ordinary user may write to little. Both have to get the same stack. Run as root this also
// starts one as an unprivileged uid with a home of its own; run as an ordinary user, every other test is the proof.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../workers/package-root';
import { ask, perennial, tidy, Up, up } from './launch';

jest.setTimeout(180_000);

const UID = 65534;
const asNobody = ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', '--'];

/** Whether this machine lets us become that user, and that user read this checkout. */
function canBeNobody(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    const [command = '', ...args] = asNobody;
    execFileSync(command, [
      ...args,
      process.execPath,
      '-e',
      `require(${JSON.stringify(join(packageRoot(), 'package.json'))})`,
    ]);
    return true;
  } catch {
    return false;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'perennial-users-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

(canBeNobody() ? test : test.skip)(
  'an ordinary user with a home of its own starts, uses and ends a stack',
  async () => {
    chmodSync(folder, 0o755);
    const home = join(folder, 'home');
    mkdirSync(home);
    chownSync(home, UID, UID);
    // The suite's binary may lie in a home that this user cannot enter.
    const temporal = join(folder, 'temporal');
    copyFileSync(process.env['PERENNIAL_TEMPORAL_CLI'] ?? '', temporal);
    chmodSync(temporal, 0o755);
    const options = { prefix: asNobody, env: { HOME: home, XDG_CACHE_HOME: '', TEMPORAL_CLI_PATH: temporal } };
    const state = join(home, 'state');
    const started = perennial(['up', '--state', state, '--only', 'temporal,postgres', '--json'], options);
    const stack = Up.parse(JSON.parse(await started.line));
    try {
      await expect(ask(stack.addresses.postgresUrl, 'SELECT 1')).resolves.toBe(1);
      expect(statSync(join(state, 'postgres', 'data')).uid).toBe(UID);
      expect(statSync(join(state, 'stack.json')).mode & 0o777).toBe(0o600);
    } finally {
      await expect(perennial(['down', '--state', state], options).ended).resolves.toMatchObject({ code: 0 });
    }
  },
);

(process.getuid?.() === 0 ? test : test.skip)(
  'as root Postgres runs under another uid, in a folder that no one else may enter',
  async () => {
    const state = join(folder, 'root');
    const { addresses, pids } = await up(state);
    try {
      const { folder: home, uid } = z
        .object({ folder: z.string(), uid: z.int() })
        .parse(JSON.parse(execFileSync('cat', [join(state, 'postgres.json')], { encoding: 'utf8' })));
      expect(uid).toBeGreaterThan(0);
      expect(statSync(home)).toMatchObject({ uid, mode: 0o40700 });
      expect(statSync(`/proc/${pids.postgres}`).uid).toBe(uid);
      expect(existsSync(join(state, 'postgres'))).toBe(false);
      await expect(ask(addresses.postgresUrl, 'SELECT 1')).resolves.toBe(1);
      rmSync(home, { recursive: true, force: true });
    } finally {
      await tidy(state);
    }
  },
);
