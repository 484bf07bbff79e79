/**
 * Danger: `perennial run` says that a run has started which its workers could not even begin, and nothing tells of it later; or
 * a `perennial worker` that is killed leaves a worker behind, which nobody sees.
 */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { childrenOf } from '../../chaos/children-of';
import { eventually, Surroundings } from '../../chaos/surroundings';
import { isAlive } from '../../../workers/embedded/process-mark';

jest.setTimeout(120_000);

const main = join(__dirname, '../../../dist/cli/main.js');
let around: Surroundings;

beforeAll(async () => {
  around = await Surroundings.open('project');
});
afterAll(() => around.close());

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  DATABASE_URL: around.database.url,
  TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
  TEMPORAL_NAMESPACE: around.namespace,
  PERENNIAL_STATE: join(around.folder, 'state'),
  PERENNIAL_PROJECT: join(__dirname, '../upgrade/one'),
  PERENNIAL_VERSIONING: 'off',
});

test('a run that the workers know no pipeline of is told at once, with what they say', async () => {
  await around.worker('cpu');
  const { code, out } = await new Promise<{ code: number | null; out: string }>((resolve) => {
    const args = [main, 'run', 'work', '--set', 'n=1', '--id', 'lost', '--json'];
    const child = execFile(process.execPath, args, { env: environment() }, (_error, stdout) => {
      resolve({ code: child.exitCode, out: stdout });
    });
  });
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    run: 'lost',
    status: 'failed',
    reason: expect.stringMatching(/PER_RUN_012.*'work'/) as unknown,
  });
});

test('a worker ends with the command that started it, killed or not', async () => {
  const command = spawn(process.execPath, [main, 'worker', '--pool', 'gpu'], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve) => {
    command.stdout.once('data', () => {
      resolve();
    });
  });
  const [worker] = childrenOf(command.pid ?? 0);
  if (!worker) throw new Error('the command has started no worker');
  expect(isAlive(worker)).toBe(true);
  command.kill('SIGKILL');
  await eventually(() => Promise.resolve(!isAlive(worker)));
});
