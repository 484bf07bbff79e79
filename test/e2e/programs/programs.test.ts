/**
 * Danger: a program that is a step's code gets at what is not its own (the database's password, another's file), gets an
 * input as an argument or past a shell, outlives its execution, or its failure is taken for a result.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ActivityCancellationDetails } from '@temporalio/common';
import { z } from 'zod';
import { createRunStep } from '../../../activities/run-step';
import { createDevices } from '../../../activities/run-step/devices';
import type { Json } from '../../../core';
import { listCosts } from '../../../store/cost/list-costs';
import { listExecutions } from '../../../store/executions/list-executions';
import { listLines } from '../../../store/logs/list-lines';
import { findNode } from '../../../store/nodes/find-node';
import { isGoneWithin, markOf } from '../../../workers/embedded/process-mark';
import { takeList, type Stage, setStage, TOKEN } from './stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.end());

const hasPython = (() => {
  try {
    execFileSync('python3', ['--version']);
    return true;
  } catch {
    process.stderr.write(
      'no python3 on this machine: what is asked of a Python program is asked of one in Node alone\n',
    );
    return false;
  }
})();
const languages = ['in-node', ...(hasPython ? ['in-python'] : [])];

const Echo = z.object({
  task: z.object({ input: z.json(), artifacts: z.record(z.string(), z.string()) }).loose(),
  read: z.array(z.string()),
  argv: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
});

async function run(how: string, more: { readonly text?: string; readonly step?: string } = {}): Promise<Json> {
  const input = { how, text: more.text ?? '', folder: stage.folder };
  return stage.start(more.step ?? 'in-node', input).ended;
}

describe.each(languages)('a program %s', (step) => {
  test('is given its input as a file and constants as arguments; no shell reads either', async () => {
    const hostile = '; touch injected $(touch injected) `touch injected` \' " && touch injected';
    const artifact = await stage.dependencies.artifacts.putBytes(Buffer.from('from the store'), 'json');
    const text = `${hostile} ${'f'.repeat(64)}`;
    const { ended, run: id } = stage.start(step, { how: 'echo', text, folder: artifact });
    const output = Echo.parse(await ended);
    expect(output.task).toMatchObject({
      input: { how: 'echo', text, folder: artifact },
      resources: { mine: TOKEN.length },
      run: id,
      address: 'n',
      fence: 1,
      key: `${id}/n`,
    });
    expect(Object.keys(output.task.artifacts)).toEqual([artifact]);
    expect(output.read).toEqual(['from the store']);
    expect(output.argv).toEqual(['$(touch argument)', '; id']);
    expect(output.environment['GREETING']).toBe('hello; $(id)');
    const places = [stage.programs, process.cwd()].flatMap((folder) => [
      join(folder, 'injected'),
      join(folder, 'argument'),
    ]);
    expect(places.filter((place) => existsSync(place))).toEqual([]);
  });

  test('reports progress by lines, its other lines are logged, and all of them are in the records when it has ended', async () => {
    const { environment, ended, run: id } = stage.start(step, { how: 'progress' }, { heartbeatTimeoutMs: 3_000 });
    const beats: unknown[] = [];
    environment.on('heartbeat', (details) => beats.push(details));
    expect(await ended).toEqual({});
    expect(beats).toContainEqual({ epoch: 1 });
    const logged = (stream: string) => stage.lines.filter((line) => line.includes(`a line on ${stream}`));
    expect(logged('stdout').at(-1)).toContain('"stream":"stdout"');
    expect(logged('stderr').at(-1)).toContain('"stream":"stderr"');
    const kept = (await listLines(stage.db, id, {}, { limit: 100 })).map(({ message, level }) => `${level} ${message}`);
    expect(kept).toEqual(expect.arrayContaining(['info progress', expect.stringMatching(/^info .*a line on stdout/)]));
    expect(kept).toEqual(expect.arrayContaining([expect.stringMatching(/^warn .*a line on stderr/)]));
  });

  test('that fails is named with the end of what it said', async () => {
    const failure = run('fail', { step });
    await expect(failure).rejects.toMatchObject({ type: 'PER_RUN_065', nonRetryable: false });
    await expect(failure).rejects.toThrow('these are my last words');
  });

  test('that is cancelled is ended, with what it has started and what it has written', async () => {
    const { environment, ended, run: id } = stage.start(step, { how: 'compute', folder: stage.folder });
    const group = await pids();
    environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
    await expect(ended).rejects.toThrow('CANCELLED');
    await allGone(group);
    expect((await listExecutions(stage.db, id, { limit: 1 }))[0]?.outcome).toBe('cancelled');
    expect(stage.left()).toEqual([]);
  });
});

async function pids(): Promise<number[]> {
  return z.array(z.int()).parse(JSON.parse(await takeList(join(stage.folder, 'pids'))));
}

async function allGone(group: readonly number[]): Promise<void> {
  for (const mark of group.map(markOf)) if (mark !== null) expect(await isGoneWithin(mark, 20_000)).toBe(true);
}

test("a program sees a short list of variables, none of the engine's, in a folder that nobody else may enter", async () => {
  const artifact = await stage.dependencies.artifacts.putBytes(Buffer.from('from the store'), 'json');
  process.env['OF_THE_WORKER'] = 'not for programs';
  const output = Echo.extend({ cwd: z.string(), modes: z.array(z.string()) }).parse(
    await run('echo', { text: artifact }),
  );
  delete process.env['OF_THE_WORKER'];
  const allowed =
    /^(CUDA_VISIBLE_DEVICES|GREETING|HOME|LANG|LANGUAGE|LC_\w+|LD_LIBRARY_PATH|LOGNAME|PATH|PYTHONUNBUFFERED|TMPDIR|TZ|USER|PERENNIAL_(INPUT|OUTPUT|FILES))$/;
  expect(Object.keys(output.environment).filter((name) => !allowed.test(name))).toEqual([]);
  expect(Object.keys(output.environment)).toEqual(expect.arrayContaining(['PATH', 'PERENNIAL_FILES', 'GREETING']));
  expect(output.cwd).toBe(stage.programs);
  expect(output.modes).toEqual(['600', '700', '440']);
  expect(stage.left()).toEqual([]);
});

test('files that the output names become artifacts, each once; the rest of the output stays as it is', async () => {
  const output = z.object({ one: z.string(), list: z.array(z.string()), plain: z.json() }).parse(await run('files'));
  const read = async (digest: string | undefined) => (await stage.dependencies.artifacts.read(digest ?? '')).toString();
  expect(await read(output.one)).toBe('"one"');
  expect(await read(output.list[0])).toBe('two');
  expect(output.list[1]).toBe(output.list[0]);
  expect(output.plain).toEqual({ file: 'two' });
});

test.each([
  ['nothing', 'PER_RUN_068', 'without an output'],
  ['not json', 'PER_RUN_068', 'NaN'],
  ['wrong', 'PER_RUN_005', 'expected record'],
  ['large', 'PER_RUN_006', 'the limit is 65536'],
  ['refuse', 'PER_RUN_066', 'no such table'],
  ['a linked file', 'PER_RUN_069', 'a link'],
])('never tried again, and named: %s', async (how, type, text) => {
  const failure = run(how);
  await expect(failure).rejects.toMatchObject({ type, nonRetryable: true });
  await expect(failure).rejects.toThrow(text);
  expect(stage.left()).toEqual([]);
});

test('a program that is killed is tried again, one that is not there is not', async () => {
  await expect(run('die')).rejects.toMatchObject({ type: 'PER_RUN_065', nonRetryable: false });
  await expect(run('die')).rejects.toThrow('SIGSEGV');
  await expect(run('', { step: 'nowhere' })).rejects.toMatchObject({ type: 'PER_RUN_067', nonRetryable: true });
});

test('what a program leaves behind holds nothing up and does not stay', async () => {
  const { left } = z.object({ left: z.int() }).parse(await run('leave'));
  await allGone([left]);
});

test('what a program says of a resource gets into no log, error or heartbeat', async () => {
  const { environment, ended } = stage.start('in-node', { how: 'betray' }, { heartbeatTimeoutMs: 3_000 });
  const beats: unknown[] = [];
  environment.on('heartbeat', (details) => beats.push(details));
  const failure: unknown = await ended.catch((error: unknown) => error);
  expect(String(failure)).toContain('on stderr [secret]');
  expect(beats).toContainEqual({ token: '[secret]' });
  expect(stage.lines.join('')).toContain('on stdout [secret]');
  expect([...stage.lines, JSON.stringify(beats), String(failure)].join('')).not.toContain(TOKEN);
});

test('a program is measured, not estimated', async () => {
  const { ended, run: id } = stage.start('in-node', { how: 'files', text: 'measured' });
  await ended;
  const [cost] = await listCosts(stage.db, id, { limit: 1 });
  expect(cost).toMatchObject({ estimated: process.platform !== 'linux' });
  expect(cost?.cpu_ms).toBeGreaterThan(0);
});

test('an edit of the program misses the cache at once, and one while it runs leaves nothing there', async () => {
  const cacheOf = async (text: string, how = 'files') => {
    const { ended, run: id } = stage.start('in-node', { how, text });
    await ended;
    return (await findNode(stage.db, id, 'n'))?.cache;
  };
  expect(await cacheOf('cached')).toMatchObject({ hit: false });
  expect(await cacheOf('cached')).toMatchObject({ hit: true });
  expect(await cacheOf('first', 'edit')).toMatchObject({ hit: false });
  expect(await cacheOf('cached')).toMatchObject({ hit: false, differed: ['code'] });
  await cacheOf('second', 'edit');
  expect(await cacheOf('second', 'edit')).toMatchObject({ hit: false });
});

test('two devices and three steps: never two at a time on one, both are used, and each step has its own alone', async () => {
  const runStep = createRunStep({ ...stage.dependencies, devices: createDevices(['7', 'GPU-8']) });
  const started = ['a', 'b', 'c'].map((text) =>
    stage.start('in-node', { how: 'device', text, folder: stage.folder }, {}, runStep),
  );
  const outputs = z
    .array(z.object({ device: z.string(), cuda: z.string() }))
    .parse(await Promise.all(started.map(({ ended }) => ended)));
  expect(outputs.map(({ cuda }) => cuda)).toEqual(outputs.map(({ device }) => device));
  expect(new Set(outputs.map(({ device }) => device))).toEqual(new Set(['7', 'GPU-8']));
  const lines = readFileSync(join(stage.folder, 'devices'), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(6);
  for (const device of ['7', 'GPU-8']) {
    const own = lines.filter((line) => line.endsWith(` ${device}`)).map((line) => line.split(' ')[0]);
    expect(own).toEqual(own.map((_, at) => (at % 2 === 0 ? 'begin' : 'end')));
  }
  const recorded = await Promise.all(started.map(({ run: id }) => listExecutions(stage.db, id, { limit: 2 })));
  expect(recorded.map((executions) => executions.map(({ device }) => device))).toEqual(
    outputs.map(({ device }) => [device]),
  );
  const [cost] = await listCosts(stage.db, started[0]?.run ?? '', { limit: 1 });
  expect(cost?.gpu_ms).toBeGreaterThan(0);
});

test.each([
  ['one device', ['7'], true],
  ['several devices', ['7', '8'], false],
])('a function on a worker with %s', async (_, names, inWorker) => {
  const runStep = createRunStep({ ...stage.dependencies, devices: createDevices(names) });
  const { ended } = stage.start('in-engine', { how: '' }, {}, runStep);
  const output = z.object({ device: z.string(), pid: z.int(), cuda: z.string().nullable() }).parse(await ended);
  expect(output.device).toBe('7');
  expect(output.pid === process.pid).toBe(inWorker);
  // In the worker itself the variable is set once, when it starts.
  if (!inWorker) expect(output.cuda).toBe('7');
});

test('kill -9 of the worker ends the program, with what it has started and what it has written', async () => {
  const task = { type: 'run', step: 'in-node', pool: 'cpu', bundle: stage.dependencies.project?.bundle };
  const input = { how: 'compute', text: '', folder: stage.folder };
  const rest = { input, run: 'r', address: 'a', fence: 1, never: [], resources: { account: { token: TOKEN } } };
  const { databaseUrl, state, project } = stage.dependencies.environment;
  const worker = spawn(
    process.execPath,
    [join(__dirname, '../../chaos/isolated-worker.cjs'), JSON.stringify({ ...task, ...rest })],
    {
      stdio: 'ignore',
      env: { ...process.env, DATABASE_URL: databaseUrl, PERENNIAL_STATE: state, PERENNIAL_PROJECT: project },
    },
  );
  const group = await pids();
  const marks = group.map(markOf);
  expect(marks).not.toContain(null);
  const folder = readFileSync(join(stage.folder, 'where'), 'utf8');
  expect(existsSync(folder)).toBe(true);
  worker.kill('SIGKILL');
  await allGone(group);
  expect(existsSync(join(folder, 'input.json'))).toBe(false);
});
