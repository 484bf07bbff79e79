// Danger: a build that breaks runs in flight passes `perennial deploy check`, or one that does not is refused; or the check harms
// what it looks at. Real runs on the tests' server, and the real command, of this build and of one whose interpreter is a mutant.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NativeConnection, Worker } from '@temporalio/worker';
import { parse } from 'yaml';
import { z } from 'zod';
import { awaitRun } from '../../../client/await-run';
import { approve } from '../../../client/approve';
import { openWorkflows } from '../../../client/deploy/open-workflows';
import { silenceRuntime } from '../../../workers/replay/replayer';
import { eventually, Surroundings } from '../../chaos/surroundings';
import { copyMutantBuild } from '../../mutant-build';

jest.setTimeout(180_000);

const root = join(__dirname, '..', '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'perennial-deploy-'));
/** The folder of a build that hands steps out in another order. */
const mutant = join(scratch, 'mutant');
const histories = join(scratch, 'histories');
const OPEN = ['staying-1', 'staying-2', 'leaving-1'];
let around: Surroundings;

beforeAll(async () => {
  around = await Surroundings.open('../e2e/deploy/project');
  await around.worker();
  for (const run of OPEN) await around.client.workflow.start(run.replace(/-\d$/, ''), startOf(run));
  for (const run of OPEN) await eventually(() => waitsIn(run));
  copyMutantBuild(mutant);
});

afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await around.close();
});

const startOf = (workflowId: string) => ({
  workflowId,
  taskQueue: 'perennial-cpu',
  args: [{ config: { n: 1 }, plan: 'current' }],
});

async function waitsIn(run: string): Promise<boolean> {
  const { rows } = await around.db.query(`SELECT 1 FROM nodes WHERE run_id = $1 AND address = 'ask'`, [run]);
  return rows.length > 0;
}

const Answer = z.looseObject({
  passed: z.boolean(),
  open: z.int().nullable(),
  kept: z.int(),
  differing: z.array(z.looseObject({ workflow: z.string() })),
  gone: z.array(z.looseObject({})),
  pinned: z.array(z.looseObject({})),
});

/** What the command says, of a build and for a project. */
async function deploy(args: readonly string[], { build = root, project = 'project' } = {}) {
  const { stdout, code } = await new Promise<{ stdout: string; code: number }>((resolve) => {
    const command = [join(build, 'dist', 'cli', 'main.js'), 'deploy', ...args, '--json'];
    const child = execFile(process.execPath, command, { env: environment(project) }, (_error, out) => {
      resolve({ stdout: out, code: child.exitCode ?? -1 });
    });
  });
  const said: unknown = JSON.parse(stdout);
  return { said, code };
}

async function check(args: readonly string[] = [], of: { build?: string; project?: string } = {}) {
  const { said, code } = await deploy(['check', ...args], of);
  return { ...Answer.parse(said), code };
}

function environment(project: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_NAMESPACE: around.namespace,
    PERENNIAL_STATE: join(around.folder, 'state'),
    PERENNIAL_PROJECT: join(__dirname, project),
  };
}

test('this build goes on with what is open', async () => {
  expect(await check()).toMatchObject({ passed: true, code: 0, open: 3, kept: 0, differing: [], gone: [], pinned: [] });
});

test('a mutant of the interpreter is caught: each run that it would stop is named, with the event', async () => {
  const { differing, ...rest } = await check([], { build: mutant });
  expect(rest).toMatchObject({ passed: false, code: 1, open: 3, gone: [] });
  expect(differing.map(({ workflow }) => workflow).sort()).toEqual([...OPEN].sort());
  for (const one of differing) {
    expect(one).toMatchObject({
      code: 'PER_RUN_150',
      file: null,
      event: { type: 'ActivityTaskScheduled', of: 'left' },
    });
  }
});

test('a pipeline that is gone while a run of it is open is named with the run, and let be when that is asked for', async () => {
  const found = await check([], { project: 'edited' });
  expect(found).toMatchObject({ passed: false, code: 1, differing: [] });
  expect(found.gone).toMatchObject([{ code: 'PER_RUN_152', name: 'leaving', workflows: ['leaving-1'] }]);
  expect(await check(['--allow-gone'], { project: 'edited' })).toMatchObject({ passed: true, code: 0, gone: [{}] });
});

test('a kept history is held against every build after its run has ended; none kept and no server asked says so', async () => {
  expect(await check(['--kept-only'])).toMatchObject({ passed: true, code: 0, open: null, kept: 0 });
  const file = join(histories, 'staying-1.json');
  const kept = await deploy(['keep', 'staying-1', '--histories', histories]);
  expect(kept).toMatchObject({ code: 0, said: { run: 'staying-1', file } });
  expect(await deploy(['keep', 'nobody', '--histories', histories])).toMatchObject({ code: 2 });
  const only = ['--kept-only', '--histories', histories];
  expect(await check(only)).toMatchObject({ passed: true, code: 0, kept: 1 });
  const { differing, code } = await check(only, { build: mutant });
  expect(code).toBe(1);
  expect(differing).toMatchObject([{ workflow: 'staying-1', file: 'staying-1.json', event: { of: 'left' } }]);
});

test("the kept histories of the engine itself, hand-written ones too, are replayed by the GitHub Actions file's own commands", async () => {
  const Workflow = z.looseObject({
    jobs: z.object({ replay: z.object({ steps: z.array(z.object({ run: z.string().optional() })) }) }),
  });
  const text = readFileSync(join(root, '.github', 'workflows', 'deploy-check.yml'), 'utf8');
  const { steps } = Workflow.parse(parse(text)).jobs.replay;
  const commands = steps.flatMap(({ run }) => (run?.includes('deploy check') === true ? [run] : []));
  expect(commands).toHaveLength(2);
  for (const command of commands) {
    const { stdout } = await promisify(execFile)('sh', ['-c', `${command} --json`], { cwd: root });
    const found = Answer.extend({ histories: z.string() }).parse(JSON.parse(stdout));
    const files = readdirSync(join(root, found.histories)).filter((name) => name.endsWith('.json'));
    expect(found).toMatchObject({ passed: true, open: null, kept: files.length, unchecked: [] });
  }
});

test('one that is pinned to a build is listed with it, and not replayed', async () => {
  silenceRuntime();
  const address = process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'] ?? '';
  const connection = await NativeConnection.connect({ address });
  const version = { deploymentName: 'perennial', buildId: 'an-older-build' };
  const worker = await Worker.create({
    connection,
    namespace: around.namespace,
    taskQueue: 'perennial-cpu',
    workflowBundle: { codePath: join(root, 'dist', 'workflow-bundle.js') },
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
  });
  const running = worker.run();
  try {
    const pinned = { ...startOf('staying-3'), versioningOverride: { pinnedTo: version } };
    await eventually(() =>
      around.client.workflow.start('staying', pinned).then(
        () => true,
        // The server learns of a version by its worker's first poll.
        () => false,
      ),
    );
    await eventually(async () => {
      for await (const one of openWorkflows(around.client, [])) {
        if (one.workflow === 'staying-3') return one.pinnedTo === version.buildId;
      }
      return false;
    });
    const found = await check([], { build: mutant });
    const one = { build: version.buildId, current: false, count: 1, workflows: ['staying-3'] };
    expect(found.pinned).toEqual([one]);
    expect(found.differing.map(({ workflow }) => workflow)).not.toContain('staying-3');
  } finally {
    await around.client.workflow.getHandle('staying-3').terminate();
    worker.shutdown();
    await running;
    await connection.close();
  }
});

test('what was looked at goes on to its end', async () => {
  const connection = { temporal: around.client, db: around.db };
  for (const run of OPEN) {
    await approve(connection, run, { node: 'ask', approved: true, by: 'the test' });
    expect(await awaitRun(connection, run)).toMatchObject({ status: 'completed' });
  }
});
