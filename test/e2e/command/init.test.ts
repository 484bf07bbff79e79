/**
 * Danger: what a newcomer gets does not install, compile, pass its own test or run, because a file is not in the package or
 * the templates are behind the engine. The packed file is taken as npm would install it: its own files, beside it the
 * packages that it depends on; nothing is fetched.
 */
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { until } from '../stack/launch';

jest.setTimeout(240_000);

const root = join(__dirname, '../../..');
const run = promisify(execFile);

let folder: string;
let project: string;
let packed: string;

/** What npm's install of the packed file leaves: the file's content, links to what it needs, and where it came from. */
async function install(): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  });
  const [{ filename }] = z.tuple([z.object({ filename: z.string() })]).parse(JSON.parse(stdout));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'perennial-ml'), { recursive: true });
  const unpack = ['-xzf', join(folder, filename), '--strip-components=1', '-C', join(modules, 'perennial-ml')];
  await run('tar', unpack);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '.package-lock.json') symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  const packages = { 'node_modules/perennial-ml': { version: '0.1.0', resolved: `file:${filename}` } };
  writeFileSync(join(modules, '.package-lock.json'), JSON.stringify({ packages }));
  return filename;
}

/** Runs the installed command in the project, as `npx perennial` does. */
async function perennial(...args: string[]): Promise<string> {
  const env = { ...process.env, PERENNIAL_PROJECT: '', TEMPORAL_CLI_PATH: process.env['PERENNIAL_TEMPORAL_CLI'] };
  const main = join(folder, 'node_modules/perennial-ml/dist/cli/main.js');
  const { stdout } = await run(process.execPath, [main, ...args], { cwd: project, env });
  return stdout;
}

beforeAll(async () => {
  // Links of the system's temporary folder would make its paths differ from those that npm tells.
  folder = mkdtempSync(join(tmpdir(), 'perennial-init-'));
  project = folder;
  packed = await install();
  await perennial('init', 'churn');
  project = join(folder, 'churn');
  symlinkSync(join(folder, 'node_modules'), join(project, 'node_modules'));
});
afterAll(async () => {
  await perennial('down', '--purge');
  rmSync(folder, { recursive: true, force: true });
});

test('its package.json names the packed file that the engine was installed from', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({ name: 'churn', dependencies: { 'perennial-ml': `file:../${packed}` } });
  expect(readFileSync(join(project, '.gitignore'), 'utf8')).toContain('node_modules');
  expect(readFileSync(join(project, 'README.md'), 'utf8')).toMatch(/^# churn\n/);
});

test('it compiles, and its own tests pass', async () => {
  await run('npm', ['run', 'check'], { cwd: project });
  const { stdout } = await run('npm', ['test'], { cwd: project });
  expect(stdout).toMatch(/pass 2\b/);
  expect(stdout).toMatch(/fail 0\b/);
});

test('its pages are written, and the check in CI fails once they are out of date', async () => {
  await perennial('docs');
  await perennial('docs', '--check');
  const page = join(project, 'docs/pipelines/train-churn.md');
  expect(readFileSync(page, 'utf8')).toContain('The Parquet file with the rows.');
  appendFileSync(page, 'more');
  const failed = perennial('docs', '--check', '--json');
  await expect(failed).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('PER_STACK_062') as unknown });
});

test('on a stack of its own its pipeline trains a model that answers', async () => {
  await perennial('up');
  await perennial('model', 'retrain', 'churn', '--why', 'the first version');
  const Run = z.object({ status: z.string(), output: z.unknown() });
  let runs: z.infer<typeof Run>[] = [];
  await until('the run has ended', async () => {
    const lines = (await perennial('runs', '--pipeline', 'train-churn', '--json')).split('\n').filter(Boolean);
    runs = lines.map((line) => Run.parse(JSON.parse(line)));
    return runs.some(({ status }) => status !== 'running');
  });
  expect(runs.map(({ status }) => status)).toEqual(['completed']);
  const rows = '[{"seen": "2026-02-01T00:00:00.000Z", "plan": "basic", "months": 3, "calls": 6}]';
  let answer: unknown;
  await until('the model answers', async () => {
    answer = await perennial('predict', 'churn', '--rows', rows, '--json').then(JSON.parse, () => null);
    return answer !== null;
  });
  expect(answer).toMatchObject({ version: 1, predictions: [{ probability: expect.any(Number) as unknown }] });
});
