/**
 * Danger: acting on a run works, and the command line that a person or a script uses does not: an exit code that says
 * something else, words between the JSON, an option that --help does not name. The built command, on real runs.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awaitRun } from '../../../client/await-run';
import { listExecutions } from '../../../store/executions/list-executions';
import { findNode } from '../../../store/nodes/find-node';
import { findRun } from '../../../store/runs/find-run';
import { eventually, Surroundings } from '../../chaos/surroundings';
import { type Ended, perennial } from '../stack/launch';

jest.setTimeout(120_000);

let around: Surroundings;

beforeAll(async () => {
  around = await Surroundings.open('../e2e/control/project');
  await around.worker();
});

afterAll(() => around.close());

/** Runs the command on the test's own servers. */
function command(...args: string[]): Promise<Ended> {
  const env = {
    DATABASE_URL: around.database.url,
    TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_NAMESPACE: around.namespace,
    PERENNIAL_STATE: join(around.folder, 'state'),
    PERENNIAL_PROJECT: join(__dirname, '../control/project'),
  };
  return perennial(args, { env }).ended;
}

/** The same with --json: stdout is one object and nothing else. */
async function json(...args: string[]): Promise<{ code: number | null; result: unknown }> {
  const { code, out, err } = await command(...args, '--json');
  const [line = '', ...more] = out.split('\n');
  if (!line.startsWith('{') || more.join('') !== '') throw new Error(`not one object: ${out} ${err}`);
  return { code, result: JSON.parse(line) };
}

const refused = (code: string, exit = 2) => ({ code: exit, result: { error: { code } } });
const by = ['--by', 'ana', '--reason', 'a test'];
const ana = { by: 'ana', reason: 'a test' };
const letGo = (run: string) => writeFile(join(around.folder, `${run}-go`), '');
const end = (run: string) => awaitRun({ temporal: around.client, db: around.db }, run);

/** Starts a run and waits until a node of it executes. */
async function running(pipeline: string, run: string, address: string): Promise<void> {
  await around.start(pipeline, run);
  await eventually(async () => (await findNode(around.db, run, address))?.status === 'running');
}

describe('--help', () => {
  const common = ['--json', '--state <folder>', '--project <folder>'];
  const actor = ['--by <name>', '--reason <text>'];
  const cancelling = ['--grace <length>', '--hard', '--node <node>'];
  const rerunning = ['--from <node>', '--only <item>', '--config <key=value...>', '--code <which>', '--no-cache'];
  const spinning = ['--input <json>', '--inspect [port]', '--timeout <length>', '--keep-artifacts <folder>'];

  it.each([
    ['pause', actor],
    ['resume', actor],
    ['retry-now', actor],
    ['skip', [...actor, '--output <json>']],
    ['cancel', [...actor, ...cancelling]],
    ['rerun', [...rerunning, '--wait', '--timeout <length>', '--id <run>']],
    ['why', []],
    ['spin', spinning],
  ])('of %s names each option and gives an example', async (verb, options) => {
    const { code, out, err } = await command(verb, '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const option of [...options, ...common]) expect(out).toContain(`  ${option} `);
    expect(out).toContain(`  perennial ${verb} `);
  });
});

it('a run is paused and resumed, each once', async () => {
  await running('line', 'held', 'hold');
  expect(await json('pause', 'held', ...by)).toMatchObject({
    code: 0,
    result: { run: 'held', action: 'pause', ...ana },
  });
  expect(
    await Promise.all([
      json('pause', 'held'),
      json('retry-now', 'held', 'hold'),
      json('rerun', 'held'),
      json('pause', 'nobody'),
    ]),
  ).toMatchObject(['PER_RUN_034', 'PER_RUN_034', 'PER_RUN_033', 'PER_KEEP_004'].map((code) => refused(code)));
  expect(await command('resume', 'held')).toEqual({ code: 0, out: 'Resumed held.\n', err: '' });
  expect(await json('resume', 'held')).toMatchObject(refused('PER_RUN_035'));
});

it('a step is given its output, which needs a reason and is held against the contract', async () => {
  await running('line', 'given', 'hold');
  const skip = (node: string, output: string, ...why: string[]) =>
    json('skip', 'given', node, '--output', output, ...why);
  expect(
    await Promise.all([skip('plus', '{"n":7}'), skip('plus', '{"n":"x"}', ...by), skip('minus', '{"n":7}', ...by)]),
  ).toMatchObject(['PER_STACK_011', 'PER_RUN_040', 'PER_RUN_036'].map((code) => refused(code)));
  expect(await skip('plus', '{"n":7}', ...by)).toMatchObject({
    code: 0,
    result: { run: 'given', node: 'plus', action: 'skip', ...ana },
  });
  await letGo('given');
  expect(await end('given')).toMatchObject({ status: 'completed', output: { n: 7 } });
  expect(await json('skip', 'given', 'plus', '--output', '{"n":8}', ...by)).toMatchObject(refused('PER_KEEP_004'));
});

it('a step that waits for its next try is tried at once', async () => {
  const broken = join(around.folder, 'hurried-broken');
  await writeFile(broken, '');
  await around.start('retrying', 'hurried');
  await eventually(async () => {
    const [newest] = await listExecutions(around.db, 'hurried', { limit: 1, address: 'flaky' });
    return newest?.outcome === 'failed';
  });
  expect(await json('show', 'hurried')).toMatchObject({
    result: { retrying: [{ address: 'flaky', attempt: 1, attempts: 3, error: { message: 'it is broken' } }] },
  });
  const { out } = await command('show', 'hurried', '--node', 'flaky');
  expect(out).toMatch(
    /^status {3}retrying, next attempt at 2\d{3}-[\d:.T-]+Z \(attempt 1 of 3 failed: it is broken\)$/m,
  );
  expect(out).not.toContain('no longer there');
  await rm(broken);
  expect(await json('retry-now', 'hurried', 'flaky', ...by)).toMatchObject({
    code: 0,
    result: { run: 'hurried', node: 'flaky', action: 'retry-now', ...ana },
  });
  expect(await end('hurried')).toMatchObject({ status: 'completed', output: { n: 2 } });
});

it('an item is cancelled alone, a run at once', async () => {
  await running('fan', 'fan', 'each[1]/hold');
  expect(
    await Promise.all([
      json('cancel', 'fan', '--node', 'each[1]', ...by),
      json('cancel', 'fan', '--node', 'each[9]'),
      json('cancel', 'fan', '--node', 'each[1]', '--hard'),
    ]),
  ).toMatchObject([
    { code: 0, result: { run: 'fan', node: 'each[1]', action: 'cancel-node', ...ana } },
    refused('PER_RUN_036'),
    refused('PER_STACK_011'),
  ]);
  expect(await json('cancel', 'fan', '--hard', ...by)).toMatchObject({
    code: 0,
    result: { run: 'fan', action: 'cancel', ...ana, hard: true, state: 'ended' },
  });
  expect(await end('fan')).toMatchObject({ status: 'cancelled' });
});

describe('a run that has completed', () => {
  beforeAll(async () => {
    await letGo('done');
    await around.start('line', 'done');
    expect(await end('done')).toMatchObject({ status: 'completed' });
  });

  it('is rerun: exit code 0 when that completes, 1 when it fails, 4 when its code is not at work', async () => {
    await around.start('far', 'far');
    await eventually(async () => (await findRun(around.db, 'far')) !== null);
    expect(await json('cancel', 'far', ...by)).toMatchObject({
      code: 0,
      result: { run: 'far', action: 'cancel', ...ana, grace: 30_000, hard: false, state: 'asked' },
    });
    expect(await end('far')).toMatchObject({ status: 'cancelled' });
    const results = await Promise.all([
      json('rerun', 'done', '--from', 'plus', '--wait', '--id', 'again'),
      json('rerun', 'done', '--set', 'folder=/nowhere/at/all', '--wait', '--id', 'failing'),
      json('rerun', 'far', '--code', 'original'),
      json('rerun', 'done', '--from', 'minus'),
    ]);
    expect(results).toMatchObject([
      { code: 0, result: { run: 'again', status: 'completed', output: { n: 2 } } },
      { code: 1, result: { run: 'failing', status: 'failed' } },
      refused('PER_RUN_032', 4),
      refused('PER_RUN_036'),
    ]);
    // What failed says where its code threw, after the workflow has told of it too.
    const at = expect.stringMatching(/^perennial\.config\.ts:\d+$/) as unknown;
    expect((await json('show', 'failing')).result).toMatchObject({
      nodes: [
        { address: 'hold', status: 'failed', error: { at } },
        { address: 'plus', status: 'cancelled', error: { of: 'hold', message: 'not run, since hold failed' } },
      ],
    });
  });

  it('is asked why a node ran, and one of its steps is spun', async () => {
    const executed = () => readFile(join(around.folder, 'executed'), 'utf8');
    const before = await executed();
    const results = await Promise.all([
      json('why', 'done', 'plus'),
      json('why', 'done', 'minus'),
      json('spin', 'done', 'plus'),
      json('spin', 'done', 'plus', '--input', '{"folder":"/nowhere/at/all","n":1}'),
      json('spin', 'done', 'minus'),
    ]);
    expect(results).toMatchObject([
      { code: 0, result: { status: 'completed' } },
      refused('PER_RUN_036'),
      { code: 0, result: { status: 'completed', output: { n: 2 }, same: true } },
      { code: 1, result: { status: 'failed' } },
      refused('PER_RUN_036'),
    ]);
    expect(await executed()).toBe(`${before}done plus\n`);
  });
});
