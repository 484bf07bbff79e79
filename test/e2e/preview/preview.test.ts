// Danger: a branch that is tried beside production takes its tasks, writes into its records or artifacts, runs again what nothing has
// touched, or leaves something behind. Real workers and the real command: production, then a preview of the edited project.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { once } from 'node:events';
import { z } from 'zod';
import { eventually, killGroup, Surroundings } from '../../chaos/surroundings';

jest.setTimeout(180_000);

const root = join(__dirname, '..', '..', '..');
const command = join(root, 'dist', 'cli', 'main.js');

/** load -> clean -> fit -> judge, and load -> count: each with a file of its own, and each writes down its executions. */
const STEPS = ['load', 'clean', 'fit', 'judge', 'count'];
const stepFile = (name: string, does: string) => `
  import { appendFileSync } from 'node:fs';
  import { join } from 'node:path';
  import { implement } from 'perennial-ml';
  import { ${name} as contract } from './contracts';
  export const ${name} = implement({ ${name}: contract }, {
    async ${name}(input: { folder: string; blob: string }, ctx) {
      appendFileSync(join(input.folder, 'executed'), \`\${process.pid} \${ctx.address}\\n\`);
      const from = input.blob === '' ? '' : (await ctx.artifacts.read(input.blob)).toString();
      return { blob: await ctx.artifacts.putBytes(Buffer.from(${does}), 'json') };
    },
  });`;
const FILES: Record<string, string> = {
  'contracts.ts': `
    import { step } from 'perennial-ml';
    import { z } from 'zod';
    const io = { input: z.object({ folder: z.string(), blob: z.string() }), output: z.object({ blob: z.string() }), retry: { attempts: 1 } };
    ${STEPS.map((name) => `export const ${name} = step('${name}', io);`).join('\n')}`,
  ...Object.fromEntries(STEPS.map((name) => [`${name}.ts`, stepFile(name, `from + '${name},'`)])),
  'perennial.config.ts': `
    import { cron, defineConfig, pipeline } from 'perennial-ml';
    import { z } from 'zod';
    import { ${STEPS.join(', ')} } from './contracts';
    const config = z.object({ folder: z.string().default('') });
    const line = pipeline('line', {
      config,
      graph(g, { folder }) {
        const { blob } = g.run(load, { folder, blob: '' });
        const cleaned = g.run(clean, { folder, blob });
        const judged = g.run(judge, { folder, blob: g.run(fit, { folder, blob: cleaned.blob }).blob });
        return { judged, counted: g.run(count, { folder, blob }) };
      },
    });
    const nightly = pipeline('nightly', { config, schedule: cron('0 2 * * *'), graph: (g, { folder }) => g.run(load, { folder, blob: '' }) });
    export default defineConfig({ pipelines: [line, nightly], models: [], steps: {
      cpu: async () => ({ ${STEPS.map((name) => `...(await import('./${name}.js'))`).join(', ')} }),
    } });`,
  'package.json': JSON.stringify({ name: 'previewed', private: true }),
};

let around: Surroundings;
let production: string;
let branch: string;
const ours: ChildProcess[] = [];

beforeAll(async () => {
  around = await Surroundings.open();
  [production, branch] = [join(around.folder, 'production'), join(around.folder, 'branch')];
  mkdirSync(join(production, 'node_modules'), { recursive: true });
  symlinkSync(root, join(production, 'node_modules', 'perennial-ml'));
  symlinkSync(join(root, 'node_modules', 'zod'), join(production, 'node_modules', 'zod'));
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(production, file), text);
  cpSync(production, branch, { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(branch, 'fit.ts'), stepFile('fit', "from + 'fitted otherwise,'"));
});
afterAll(async () => {
  for (const worker of ours) killGroup(worker);
  await perennial(branch, 'preview', 'drop', 'fix-fit', '--force').catch(() => undefined);
  await around.close();
});

/** Production's own settings: what a preview is told beyond them is its name. */
function environment(project: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DATABASE_URL: around.database.url,
    TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_NAMESPACE: around.namespace,
    PERENNIAL_STATE: join(around.folder, 'state'),
    PERENNIAL_PROJECT: project,
  };
}

/** What the command says with --json, line by line. */
async function perennial(project: string, ...args: string[]): Promise<unknown[]> {
  const child = execFile(process.execPath, [command, ...args, '--json'], { env: environment(project) });
  let out = '';
  child.stdout?.on('data', (chunk: string) => (out += chunk));
  await once(child, 'close');
  return out
    .split('\n')
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));
}

async function previewWorker(): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [command, 'worker', '--pool', 'cpu', '--preview', 'fix-fit'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environment(branch), PERENNIAL_LOG_LEVEL: 'warn' },
  });
  ours.push(worker);
  await Promise.race([
    once(worker.stdout, 'data'),
    once(worker, 'exit').then(() => Promise.reject(new Error('the preview’s worker did not start'))),
  ]);
  return worker;
}

/** Who executed which node since the last time that it was asked. */
function executed(): { pid: string; node: string }[] {
  const file = join(around.folder, 'executed');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  writeFileSync(file, '');
  return lines.map((line) => {
    const [pid = '', node = ''] = line.split(' ');
    return { pid, node };
  });
}

/** Every row of production's but when its workers were last seen, and every file of its artifacts with bytes and times. */
async function everything(): Promise<Record<string, string[]>> {
  const { rows } = await around.db.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'workers' ORDER BY 1`,
  );
  const found: Record<string, string[]> = {};
  for (const { name } of rows) {
    const all = await around.db.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t ORDER BY 1`);
    found[name] = all.rows.map(({ row }) => row);
  }
  const artifacts = join(around.folder, 'state', 'artifacts');
  found['files'] = readdirSync(artifacts, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => {
      const full = join(artifacts, path);
      const { mtimeNs, ctimeNs, mode } = statSync(full, { bigint: true });
      const bytes = statSync(full).isFile() ? createHash('sha256').update(readFileSync(full)).digest('hex') : '';
      return `${path} ${mode} ${mtimeNs} ${ctimeNs} ${bytes}`;
    });
  return found;
}

const From = z.looseObject({ hit: z.literal(true), from: z.object({ run: z.literal('production:one') }) });
const Show = z.object({ nodes: z.array(z.looseObject({ address: z.string(), cache: z.unknown() })) });

test('in a preview of the edited project only what was edited and what depends on it runs; production is as it was; it is dropped', async () => {
  const config = JSON.stringify({ folder: around.folder });
  const made = await around.worker('cpu', null, relative(join(root, 'test', 'chaos'), production));
  expect(await perennial(production, 'run', 'line', '--config', config, '--id', 'one', '--wait')).toContainEqual(
    expect.objectContaining({ status: 'completed' }),
  );
  const before = executed();
  expect(before.map(({ node }) => node).sort()).toEqual([...STEPS].sort());
  expect(new Set(before.map(({ pid }) => pid))).toEqual(new Set([String(made.pid)]));
  await eventually(async () => (await schedules(around.namespace)) === 1);
  const earlier = await everything();

  const [created] = await perennial(branch, 'preview', 'create', 'fix-fit');
  expect(created).toMatchObject({ name: 'fix-fit', copied: { cache_entries: 5, artifacts: 5 } });
  await previewWorker();
  const args = ['--preview', 'fix-fit', 'run', 'line', '--config', config, '--id', 'one', '--wait'];
  expect(await perennial(branch, ...args)).toContainEqual(expect.objectContaining({ status: 'completed' }));

  // The same id is another run; what was edited and what reads it ran, by the preview's worker alone.
  const after = executed();
  expect(after.map(({ node }) => node).sort()).toEqual(['fit', 'judge']);
  expect(after.map(({ pid }) => pid)).not.toContain(String(made.pid));
  const [shown] = await perennial(branch, 'show', 'one', '--preview', 'fix-fit');
  const hits = Show.parse(shown).nodes.flatMap(({ address, cache }) =>
    From.safeParse(cache).success ? [address] : [],
  );
  expect(hits.sort()).toEqual(['clean', 'count', 'load']);
  const folder = join(around.folder, 'state', 'previews', 'fix-fit');
  expect(blobs(join(folder, 'artifacts'))).toBe(2);
  expect(await schedules(`${around.namespace}-preview-fix-fit`)).toBe(0);
  expect(await everything()).toEqual(earlier);

  // Its worker is there; then it is dropped with all that it has, and production goes on.
  expect(await perennial(branch, 'preview', 'drop', 'fix-fit')).toMatchObject([{ error: { code: 'PER_STACK_088' } }]);
  const left = await previewWorker();
  const end = once(left, 'exit');
  for (const worker of ours) if (worker !== left) killGroup(worker);
  const [dropped] = await perennial(branch, 'preview', 'drop', 'fix-fit', '--force');
  expect(dropped).toMatchObject({ name: 'fix-fit', namespace: 'deleted', folder });
  expect(existsSync(folder)).toBe(false);
  expect(await perennial(branch, 'preview', 'drop', 'fix-fit')).toMatchObject([{ error: { code: 'PER_STACK_085' } }]);
  expect(await perennial(branch, 'runs', '--preview', 'fix-fit')).toMatchObject([{ error: { code: 'PER_STACK_085' } }]);
  expect(await everything()).toEqual(earlier);
  await perennial(production, 'run', 'line', '--config', config, '--id', 'two', '--wait');
  expect(executed()).toEqual([]);
  // Nobody has to end what was left: it finds that there is nothing to do any more, and says so with its exit code.
  expect(await end).toEqual([2, null]);
});

async function schedules(namespace: string): Promise<number> {
  const { schedules: found } = await around.client.workflowService.listSchedules({ namespace });
  return found.length;
}

function blobs(store: string): number {
  return readdirSync(join(store, 'sha256'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(store, 'sha256', path)).isFile(),
  ).length;
}
