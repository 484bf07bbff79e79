/**
 * Danger: only this repository's own project loads. A project elsewhere, with the package installed as a dependency, imports it
 * by its names: they have to lead to the compiled engine and to its types, and its plan and its steps have to be found.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const root = join(__dirname, '../../..');
const run = promisify(execFile);

const FILES: Record<string, string> = {
  'contracts.ts': `
    import { step } from 'perennial-ml';
    import { Dataset } from 'perennial-ml/steps';
    import { z } from 'zod';
    export const count = step('count', { input: z.object({ dataset: Dataset }), output: z.object({ dataset: Dataset }) });`,
  'pipeline.ts': `
    import { pipeline } from 'perennial-ml';
    import { collect, type Columns } from 'perennial-ml/steps';
    import { z } from 'zod';
    import { count } from './contracts';
    const columns = { id: 'integer', at: 'timestamp' } satisfies Columns;
    export const tally = pipeline('tally', {
      config: z.object({ path: z.string().default('rows.parquet') }),
      graph(g, config) {
        const window = { from: '2001-01-01T00:00:00.000Z', to: '2001-02-01T00:00:00.000Z' };
        const source = { kind: 'parquet', path: config.path } as const;
        const { dataset } = g.run(collect, { source, columns, time: 'at', window });
        return g.run(count, { dataset });
      },
    });`,
  'steps.ts': `
    import { implement } from 'perennial-ml';
    import { count } from './contracts';
    export const steps = implement({ count }, { count: ({ dataset }) => ({ dataset }) });`,
  'pipeline.test.ts': `
    import { runLocal } from 'perennial-ml/testing';
    import { tally } from './pipeline';
    import { steps } from './steps';
    export const tested: Promise<string> = runLocal(tally, {}, { steps }).then((run) => run.value().dataset);`,
  'start.ts': `
    import { connect } from 'perennial-ml/client';
    import { count } from './contracts';
    import { tally } from './pipeline';
    export async function start(databaseUrl: string): Promise<string> {
      const client = await connect({ address: '127.0.0.1:7233', databaseUrl });
      const run = await client.start(tally, {});
      for await (const event of run.events()) if (event.type === 'node-ended') console.log(event.address);
      return (await run.outputOf(count)).dataset;
    }`,
  'by-hand.ts': `
    import { handWritten } from 'perennial-ml';
    import { count } from './contracts';
    export const countTwice = handWritten('countTwice', { count });`,
  'workflows.ts': `
    import { recorded, type RecordedRun } from 'perennial-ml/workflow';
    import type { countTwice as contracts } from './by-hand';
    type Run = RecordedRun<typeof contracts>;
    export async function countTwice(input: { dataset: Awaited<ReturnType<Run['step']>>['dataset'] }): Promise<string> {
      return recorded(input, async (run: Run) => {
        const { dataset } = await run.step('count', input);
        return (await run.step('count', { dataset })).dataset;
      });
    }`,
  'perennial.config.ts': `
    import { defineConfig } from 'perennial-ml';
    import { countTwice } from './by-hand';
    import { tally } from './pipeline';
    export default defineConfig({ pipelines: [tally], models: [], workflows: [countTwice], steps: { cpu: () => import('./steps.js') } });`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: { module: 'node16', target: 'es2022', strict: true, noEmit: true, skipLibCheck: true, types: [] },
  }),
  'package.json': JSON.stringify({ name: 'own', private: true }),
};

const LOAD = `
  const [, engine, project, state] = process.argv;
  require(engine).loadProject(project, state).then(async ({ pipelines, steps }) => {
    const code = (await steps('cpu')).flatMap(({ contracts }) => Object.keys(contracts));
    console.log(JSON.stringify({ plan: pipelines[0].plan, code }));
  });`;

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'perennial-own-'));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/perennial-ml'));
  for (const name of ['zod', '@temporalio'])
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(project, file), text);
});
afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

test('its pipeline is traced to a plan and its step code is found', async () => {
  const load = ['-e', LOAD, join(root, 'dist/workers/load-project.js'), project, join(project, '.perennial')];
  const { stdout } = await run(process.execPath, load, { cwd: tmpdir() });
  const { plan, code } = z
    .object({
      plan: z.object({ body: z.object({ nodes: z.array(z.object({ id: z.string() })) }) }),
      code: z.array(z.string()),
    })
    .parse(JSON.parse(stdout));
  expect(plan.body.nodes.map(({ id }) => id)).toEqual(['collect', 'count']);
  expect(code).toEqual(['count']);
}, 60_000);

test('the command works on the project of the folder that it is called in', async () => {
  const env = { ...process.env, PERENNIAL_PROJECT: '', PERENNIAL_STATE: '' };
  const command = [join(project, 'node_modules/perennial-ml/dist/cli/main.js'), 'plan', 'tally', '--mermaid'];
  const { stdout } = await run(process.execPath, command, { cwd: project, env });
  expect(stdout).toMatch(/collect[^]*count/);
}, 60_000);

test('a workflow written by hand is bundled without its contracts', async () => {
  const out = join(project, 'bundle.js');
  await run(process.execPath, [join(root, 'test/workflows/bundle-child.js'), join(project, 'workflows.ts'), out]);
  const code = readFileSync(out, 'utf8');
  expect(code).toContain('perennial.begin-written');
  expect(code).not.toMatch(/node_modules\/(zod|pino|pg)\//);
}, 60_000);

test('it compiles against the types of the names', async () => {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const said = run(process.execPath, [compiler, '-p', project]).then(
    ({ stdout }) => stdout,
    (error: unknown) => z.object({ stdout: z.string() }).parse(error).stdout,
  );
  await expect(said).resolves.toBe('');
}, 120_000);

test('the names, the command and the files of the package are there', () => {
  const Names = z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())]));
  const { exports, bin, files } = z
    .object({ exports: Names, bin: Names, files: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const named = [...Object.values(exports), ...Object.values(bin)].flatMap((to) =>
    typeof to === 'string' ? [to] : Object.values(to),
  );
  expect([...named, ...files].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
