// Danger: while a new build comes in and goes out again, a run in flight is executed by the wrong code, is lost, or waits for ever
// in silence; or what goes on for ever stays with the old build. Real workers of two builds, and the real command.
import type { ChildProcess } from 'node:child_process';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { approve } from '../../../client/approve';
import { awaitRun } from '../../../client/await-run';
import { startBackfill } from '../../../client/backfill';
import { openWorkflows } from '../../../client/deploy/open-workflows';
import { rerun } from '../../../client/rerun';
import { startKeeper } from '../../../client/signal-keeper';
import { loadProject, type Project } from '../../../workers/load-project';
import { findRun } from '../../../store/runs/find-run';
import { eventually, killGroup, Surroundings } from '../../chaos/surroundings';
import { copyMutantBuild } from '../../mutant-build';

jest.setTimeout(180_000);

/** ms that one wait may take: a run that never ends, or a command that hangs, fails its test and says where. */
const PATIENCE = 90_000;
const WITHIN = { timeout: PATIENCE };

const root = join(__dirname, '..', '..', '..');
const main = join(root, 'dist', 'cli', 'main.js');
const IN_FLIGHT = 20;
type Edition = 'one' | 'two';
let around: Surroundings;
let project: Project;
const build: { [edition in Edition]: string } = { one: '', two: '' };
const workers: { [edition in Edition]: ChildProcess[] } = { one: [], two: [] };
const pinned = { PERENNIAL_VERSIONING: 'pinned' };

beforeAll(async () => {
  around = await Surroundings.open('../e2e/upgrade/one');
  project = await loadProject(join(__dirname, 'one'), around.folder);
});

afterAll(() => around.close());

const connection = () => ({ temporal: around.client, db: around.db });

async function begin(edition: Edition, pool: 'cpu' | 'gpu'): Promise<void> {
  const folder = `../e2e/upgrade/${edition}`;
  workers[edition].push(await around.worker(pool, null, folder, pinned));
}

type Folder = Edition | 'bare';

async function deploy(edition: Folder, ...args: string[]): Promise<{ code: number; said: unknown; text: string }> {
  return deployWith(main, environment(edition), args);
}

function environment(edition: Folder): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DATABASE_URL: around.database.url,
    TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_NAMESPACE: around.namespace,
    PERENNIAL_STATE: join(around.folder, 'state'),
    PERENNIAL_PROJECT: join(__dirname, edition),
  };
}

function deployWith(
  program: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<{ code: number; said: unknown; text: string }> {
  return new Promise((resolve) => {
    const options = { env, timeout: PATIENCE, killSignal: 'SIGKILL' } as const;
    const child = execFile(process.execPath, [program, 'deploy', ...args, '--json'], options, (_error, out, err) => {
      const said: unknown = out === '' ? null : JSON.parse(out);
      resolve({ code: child.exitCode ?? -1, said, text: `${out}${err}` });
    });
  });
}

const Builds = z.object({
  current: z.string().nullable(),
  atHand: z.string(),
  builds: z.array(
    z.looseObject({
      build: z.string(),
      state: z.string(),
      workers: z.record(z.string(), z.int()),
      pinned: z.int(),
    }),
  ),
});

async function builds(edition: Edition = 'one'): Promise<z.infer<typeof Builds>> {
  return Builds.parse((await deploy(edition, 'builds')).said);
}

async function start(run: string): Promise<void> {
  const args = [{ config: { n: 1 }, plan: 'current' }];
  await around.client.workflow.start('work', { workflowId: run, taskQueue: 'perennial-cpu', args });
  await asks(run);
}

/** Waits until a run waits for its answer. */
async function asks(run: string): Promise<void> {
  await eventually(async () => {
    const { rows } = await around.db.query(`SELECT FROM nodes WHERE run_id = $1 AND address = 'ask'`, [run]);
    return rows.length > 0;
  });
}

const answer = (run: string) => approve(connection(), run, { node: 'ask', approved: true, by: 'the test' });

/** Answers a run, and says whose code made its outputs. */
async function finish(run: string): Promise<string[]> {
  await answer(run);
  const { status, output } = await awaitRun(connection(), run, WITHIN);
  expect({ run, status }).toEqual({ run, status: 'completed' });
  return [...JSON.stringify(output).matchAll(/"by":"(\w+)"/g)].map(([, by = '']) => by);
}

const BY_ONE = Array.from({ length: 7 }, () => 'one');
const BY_TWO = Array.from({ length: 7 }, () => 'two');
/** What was done before a run was moved is kept. */
const MOVED = ['one', 'one', ...BY_TWO.slice(2)];
const runs = Array.from({ length: IN_FLIGHT }, (_, at) => `in-flight-${at}`);

async function pinOf(workflow: string): Promise<string | null> {
  for await (const one of openWorkflows(around.client, [])) if (one.workflow === workflow) return one.pinnedTo;
  return null;
}

test('the first build that polls becomes the current one by itself', async () => {
  await begin('one', 'cpu');
  await begin('one', 'gpu');
  await eventually(async () => (await builds()).current !== null);
  const found = await builds();
  build.one = found.atHand;
  expect(found).toMatchObject({ current: build.one, builds: [{ build: build.one, workers: { cpu: 1, gpu: 1 } }] });
  build.two = (await builds('two')).atHand;
  expect(build.two).not.toBe(build.one);
});

let backfill = '';

test('a new build takes nothing before it is current, and does not become so without workers for every pool', async () => {
  for (const run of runs) await start(run);
  const asked = { pipeline: 'fill', config: {}, from: 'a', to: 'c', missingOnly: true, maxParallel: 1 };
  backfill = (await startBackfill(connection(), project.pipelines, asked)).id ?? '';
  await asks('fill:a');
  await startKeeper(around.client, 'kept');
  await eventually(async () => (await pinOf('keeper-kept')) === build.one);

  await begin('two', 'cpu');
  expect(await deploy('two', 'set-current')).toMatchObject({ code: 4, said: { error: { code: 'PER_RUN_171' } } });
  expect((await deploy('two', 'set-current')).text).toContain(`'gpu'`);
  await start('before');
  expect(await finish('before')).toEqual(BY_ONE);
});

test('a build whose project has lost what is at work does not become current, and nothing is changed', async () => {
  const refused = await deploy('bare', 'set-current');
  expect(refused).toMatchObject({ code: 1, said: { error: { code: 'PER_RUN_173' } } });
  expect(refused.text).toMatch(/Nothing was changed.*(kept|fill)/);
  expect((await builds()).current).toBe(build.one);
});

test('once it is current new runs begin with it, and those in flight end with the build that they began on', async () => {
  const waiting = deploy('two', 'set-current', '--wait', '1m');
  await begin('two', 'gpu');
  expect(await waiting).toMatchObject({
    code: 0,
    said: { build: build.two, previous: build.one, told: 2, stranded: [] },
  });
  await start('after');
  for (const run of runs.slice(0, IN_FLIGHT / 2)) expect(await finish(run)).toEqual(BY_ONE);
  expect(await finish('after')).toEqual(BY_TWO);
  const { rows } = await around.db.query(`SELECT pinned_to FROM runs WHERE id = 'after'`);
  expect(rows).toEqual([{ pinned_to: build.two }]);
});

test('the keeper moves though nothing else wakes it, and the back-fill with its next partition', async () => {
  await eventually(async () => (await pinOf('keeper-kept')) === build.two);
  await answer('fill:a');
  await asks('fill:b');
  expect(await pinOf(backfill)).toBe(build.two);
  expect(await awaitRun(connection(), 'fill:a', WITHIN)).toMatchObject({ output: { by: 'one' } });
  await answer('fill:b');
  expect(await awaitRun(connection(), 'fill:b', WITHIN)).toMatchObject({ output: { by: 'two' } });
  await asks('fill:c');
});

test('back again: the older build is made current by its name, and each run in flight ends where it began', async () => {
  await start('of-two');
  expect(await deploy('one', 'set-current', build.one)).toMatchObject({ code: 0, said: { previous: build.two } });
  await start('again-one');
  expect(await finish('of-two')).toEqual(BY_TWO);
  expect(await finish('again-one')).toEqual(BY_ONE);
  for (const run of runs.slice(IN_FLIGHT / 2, IN_FLIGHT - 2)) expect(await finish(run)).toEqual(BY_ONE);
  await eventually(async () => (await pinOf('keeper-kept')) === build.one);
});

test('a rerun with the code of its parent is pinned to the build of its parent, whichever is current', async () => {
  const again = await rerun(connection(), project.pipelines, { run: 'of-two', from: 'first', code: 'original' });
  await asks(again.runId);
  expect(await pinOf(again.runId)).toBe(build.two);
  expect(await finish(again.runId)).toEqual(BY_TWO);
});

test('when the last worker of a build is gone its runs say what they wait for, and go on once they are moved', async () => {
  const [run = '', other = ''] = runs.slice(-2);
  const args = [{ config: { n: 1 }, plan: 'current' }];
  await around.client.workflow.start('stumbling', { workflowId: 'stumbling', taskQueue: 'perennial-cpu', args });
  await eventually(async () => {
    const { rows } = await around.db.query(`SELECT FROM executions WHERE run_id = 'stumbling' AND outcome = 'failed'`);
    return rows.length > 0;
  });
  expect(await deploy('two', 'set-current')).toMatchObject({ code: 0 });
  workers.one.forEach(killGroup);
  await eventually(async () => (await findRun(around.db, run))?.waits_for?.join() === 'cpu');
  const elsewhere = await deploy('one', 'move', run, '--to', build.two);
  expect(elsewhere).toMatchObject({ code: 2, said: { error: { code: 'PER_RUN_174' } } });
  // A misspelt build is not one that nothing is pinned to.
  expect(await deploy('two', 'move', '--from', 'nobody')).toMatchObject({
    ...{ code: 2, said: { error: { code: 'PER_RUN_172', message: expect.stringContaining(build.one) as unknown } } },
  });
  const folder = join(around.folder, 'mutant');
  mkdirSync(folder);
  const refused = await deployWith(copyMutantBuild(folder), environment('two'), ['move', run]);
  expect(refused).toMatchObject({ code: 1, said: { moved: [], refused: [{ workflow: run }] } });
  expect(await pinOf(run)).toBe(build.one);
  expect(await deploy('two', 'move', run)).toMatchObject({ code: 0, said: { moved: [run], refused: [] } });
  expect(await findRun(around.db, run)).toMatchObject({ pinned_to: build.two, waits_for: null });
  expect((await finish(run)).sort()).toEqual(MOVED);
  expect(await pinOf(other)).toBe(build.one);

  const made = await deploy('two', 'set-current', '--move');
  expect(made).toMatchObject({
    code: 0,
    said: { moved: expect.arrayContaining([other]) as unknown, stranded: [] },
  });
  expect((await finish(other)).sort()).toEqual(MOVED);
  // Its step was between two tries: the next one is the other build's.
  expect(await awaitRun(connection(), 'stumbling', WITHIN)).toMatchObject({
    status: 'completed',
    output: { by: 'two' },
  });
});

test('no execution of a run was by a worker of another build than the run was pinned to then', async () => {
  const { rows } = await around.db.query(
    `SELECT r.id FROM runs r JOIN executions e ON e.run_id = r.id JOIN workers w ON w.id = e.worker
     WHERE r.id NOT IN ($1, $2, 'stumbling') AND w.build <> r.build`,
    runs.slice(-2),
  );
  expect(rows).toEqual([]);
  const told = await around.db.query(`SELECT FROM executions e JOIN workers w ON w.id = e.worker`);
  expect(told.rows.length).toBeGreaterThan(IN_FLIGHT);
  const counted = await around.db.query(
    `SELECT count(*) AS n FROM runs WHERE id ~ '^in-flight-[0-9]+$' AND status = 'completed'`,
  );
  expect(counted.rows).toEqual([{ n: IN_FLIGHT }]);
});
