/**
 * Danger: an edit that somebody saves is not what runs, or takes the workers down; a worker that nothing was changed for is
 * started again, with what it was doing; or Ctrl-C leaves processes behind. A real project, a real stack of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { readStackFile } from '../../../workers/embedded/stack-file';
import { perennial, runs, until } from '../stack/launch';

jest.setTimeout(180_000);

const root = join(__dirname, '../../..');

const contracts = `
  import { step } from 'perennial-ml';
  import { z } from 'zod';
  const Name = z.object({ text: z.string() });
  export const greet = step('greet', { input: Name, output: Name });
  export const shout = step('shout', { input: Name, output: Name, pool: 'gpu' });`;
const pipelineOf = (said: string): string => `
  import { pipeline } from 'perennial-ml';
  import { z } from 'zod';
  import { greet, shout } from './contracts';
  export const hello = pipeline('hello', {
    config: z.object({}),
    graph: (g) => g.run(shout, g.run(greet, { text: '${said}' })),
  });`;
const codeOf = (name: string, body: string): string => `
  import { implement } from 'perennial-ml';
  import { ${name} } from './contracts';
  export const steps = implement({ ${name} }, { ${name}: ({ text }) => ({ text: ${body} }) });`;
const config = `
  import { defineConfig } from 'perennial-ml';
  import { hello } from './pipeline';
  export default defineConfig({
    pipelines: [hello], models: [], steps: { cpu: () => import('./steps.cpu'), gpu: () => import('./steps.gpu') },
  });`;

const Event = z.looseObject({ event: z.string() });
type Event = z.infer<typeof Event>;

let project: string;
let state: string;
let dev: ChildProcess;
const events: Event[] = [];
let said = '';

const save = (file: string, text: string): void => writeFileSync(join(project, file), text);
const pids = (): Record<string, number> =>
  Object.fromEntries(Object.entries(readStackFile(state)?.processes ?? {}).map(([name, { pid }]) => [name, pid]));

/** The next event of a kind after those that were there before; what the command says when it ends instead. */
async function next(kind: string, before: number): Promise<Event> {
  const found = (): Event | undefined => events.slice(before).find(({ event }) => event === kind);
  await until(`the event ${kind} of ${JSON.stringify(events)} ${said}`, () => {
    if (dev.exitCode !== null) throw new Error(`dev ended: ${said}`);
    return found() !== undefined;
  });
  return Event.parse(found());
}

/** Saves a file; the event that is waited for, and the time from the write to it, ms. */
async function edit(file: string, text: string, kind: string): Promise<{ event: Event; ms: number }> {
  const [before, began] = [events.length, performance.now()];
  save(file, text);
  return { event: await next(kind, before), ms: Math.round(performance.now() - began) };
}

/** What a run gives, and what it warns of. */
async function result(): Promise<unknown> {
  const args = ['run', 'hello', '--wait', '--no-cache', '--json', '--state', state];
  const { out, err, code } = await perennial(args, { env: { PERENNIAL_PROJECT: project } }).ended;
  if (code !== 0) throw new Error(out + err);
  const { output, otherCode } = z.looseObject({ output: z.unknown(), otherCode: z.unknown() }).parse(JSON.parse(out));
  return { output, otherCode };
}

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'perennial-dev-'));
  state = join(project, '.perennial', 'main');
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/perennial-ml'));
  symlinkSync(join(root, 'node_modules/zod'), join(project, 'node_modules/zod'));
  save('contracts.ts', contracts);
  save('pipeline.ts', pipelineOf('ana'));
  save('steps.cpu.ts', codeOf('greet', '`hello ${text}`'));
  save('steps.gpu.ts', codeOf('shout', 'text.toUpperCase()'));
  save('perennial.config.ts', config);
  const env = { ...process.env, PERENNIAL_PROJECT: '', TEMPORAL_CLI_PATH: process.env['PERENNIAL_TEMPORAL_CLI'] };
  const command = [join(root, 'dist/cli/main.js'), 'dev', '--json'];
  dev = spawn(process.execPath, command, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
  dev.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  if (dev.stdout === null) throw new Error('its events cannot be read');
  createInterface({ input: dev.stdout }).on('line', (line) => events.push(Event.parse(JSON.parse(line))));
  await next('up', 0);
});
afterAll(async () => {
  dev.kill('SIGKILL');
  await perennial(['down', '--state', state]).ended;
  rmSync(project, { recursive: true, force: true });
});

test("an edit of one pool's step code renews its worker alone, and the next run has it", async () => {
  expect(await result()).toMatchObject({ output: { text: 'HELLO ANA' } });
  const before = pids();
  const { event, ms } = await edit('steps.gpu.ts', codeOf('shout', '`${text}!`'), 'ready');
  process.stderr.write(`perennial dev: the new code was at work ${ms} ms after the save\n`);
  expect(event).toMatchObject({ workers: ['worker-gpu'], failed: [] });
  const after = pids();
  expect(after['worker-cpu']).toBe(before['worker-cpu']);
  expect(after['worker-gpu']).not.toBe(before['worker-gpu']);
  // The worker that stayed is not taken for one of other code.
  await until('the worker that stayed has said so', async () => {
    const { otherCode } = z.looseObject({ otherCode: z.unknown() }).parse(await result());
    return otherCode === null;
  });
  expect(await result()).toEqual({ output: { text: 'hello ana!' }, otherCode: null });
  await until('the old worker is gone', () => !runs(before['worker-gpu'] ?? 0));
});

test('an edit that does not compile is told with its line, and the workers go on', async () => {
  const before = pids();
  const { event } = await edit('steps.gpu.ts', `${codeOf('shout', 'text')} const = 1;`, 'refused');
  expect(event['message']).toMatch(/PER_STACK_102.*steps\.gpu\.ts:4/);
  expect(pids()).toEqual(before);
  // The command cannot read the project now; a client that need not can start a run.
  const connection = await Connection.connect({ address: readStackFile(state)?.addresses.temporal ?? '' });
  const { workflow } = new Client({ connection });
  const args = [{ config: {}, plan: 'current' }];
  await workflow.execute('hello', { workflowId: 'meanwhile', taskQueue: 'perennial-cpu', args });
  await connection.close();
});

test('once it is mended the difference of the plans is told, and the worker of the workflows has the new one', async () => {
  const before = pids();
  save('pipeline.ts', pipelineOf('bo'));
  const { event } = await edit('steps.gpu.ts', codeOf('shout', '`${text}!`'), 'plan');
  expect(event).toMatchObject({ pipeline: 'hello', differences: { nodes: { changed: [{ name: 'greet' }] } } });
  const ready = await next('ready', events.indexOf(event));
  expect(ready).toMatchObject({ workers: ['worker-cpu'] });
  process.stderr.write(
    `perennial dev: the worker of the workflows, ${String(ready['ms'])} ms after the edit was seen\n`,
  );
  expect(pids()['worker-gpu']).toBe(before['worker-gpu']);
  expect(await result()).toMatchObject({ output: { text: 'hello bo!' } });
});

test('Ctrl-C ends everything', async () => {
  const all = Object.values(pids());
  expect(all.length).toBeGreaterThanOrEqual(5);
  const ended = new Promise((resolve) => dev.once('exit', resolve));
  dev.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(all.filter(runs)).toEqual([]);
});
