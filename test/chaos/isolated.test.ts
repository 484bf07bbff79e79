// Danger: a trainer outlives the execution or the worker that it belongs to and keeps a core or a GPU busy for nobody;
// or its death is taken for a result.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Info } from '@temporalio/activity';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Pool } from 'pg';
import pino from 'pino';
import { z } from 'zod';
import { createRunStep, type RunStepDependencies } from '../../activities/run-step';
import { implement, type Json, step } from '../../core';
import { listCosts } from '../../store/cost/list-costs';
import { diskArtifacts } from '../../store/artifacts';
import { openDb } from '../../store/db';
import { readEnvironment } from '../../store/environment';
import { listExecutions } from '../../store/executions/list-executions';
import { aCode } from '../a-code';
import { createTestDatabase, type TestDatabase } from '../database';
import { aRun } from '../store/rows';

jest.setTimeout(60_000);

let database: TestDatabase;
let db: Pool;
let root: string;
let dependencies: RunStepDependencies;
const lines: string[] = [];
let runs = 0;

// The same contract as in the file that stands in for the project; its code only runs in the child.
const alone = step('alone', {
  input: z.object({ how: z.string(), folder: z.string() }),
  output: z.unknown(),
  isolate: true,
  cache: false,
  heartbeat: '3s',
  retry: { never: ['TooBad'] },
});

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
  root = await mkdtemp(join(tmpdir(), 'perennial-isolated-'));
  dependencies = {
    db,
    artifacts: diskArtifacts(db, join(root, 'artifacts')),
    environment: readEnvironment({ DATABASE_URL: database.url, PERENNIAL_STATE: root, PERENNIAL_TOKEN: 'secret' }),
    log: pino({}, { write: (line) => lines.push(line) }),
    standard: [],
    standardCode: aCode(),
    project: {
      bundle: join(__dirname, 'isolated-project.cjs'),
      implementations: [implement({ alone }, { alone: () => 'never here' })],
      codeOf: () => aCode(),
    },
  };
});

afterAll(async () => {
  await db.end();
  await database.drop();
  await rm(root, { recursive: true, force: true });
});

function start(how: string, info: Partial<Info> = {}) {
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  const run = `run-${(runs += 1)}`;
  const input = { how, folder: root };
  const argument = { run, address: 'n', node: 'n', step: 'alone', plan: 'plan', input, cache: true, model: null };
  const ended: Promise<Json> = aRun(db, run).then(() =>
    environment.run(createRunStep(dependencies)('alone'), argument),
  );
  return { environment, run, ended };
}

/** The process group that the step `alone` made: itself and what it has started. */
async function pids(): Promise<number[]> {
  const file = join(root, 'pids');
  await until(() => existsSync(file));
  const found = z.array(z.int()).parse(JSON.parse(await readFile(file, 'utf8')));
  await rm(file);
  return found;
}

/** A process that has ended but was not collected by its new parent is no longer alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  const patience = AbortSignal.timeout(20_000);
  while (!holds()) await sleep(20, undefined, { signal: patience });
}

async function allGone(group: readonly number[]): Promise<void> {
  await until(() => !group.some(isAlive));
}

test('an isolated step has artifacts, log and progress, is measured, and sees no token', async () => {
  process.env['CUDA_VISIBLE_DEVICES'] = '7';
  const { environment, ended, run } = start('work', { heartbeatTimeoutMs: 3_000 });
  const beats: unknown[] = [];
  environment.on('heartbeat', (details) => beats.push(details));
  const output = await ended;
  delete process.env['CUDA_VISIBLE_DEVICES'];
  expect(output).toMatchObject({ key: `${run}/n`, cuda: '7', token: null });
  const { blob } = z.object({ blob: z.string() }).parse(output);
  expect((await dependencies.artifacts.read(blob)).toString()).toBe('made alone');
  expect(beats).toContainEqual({ half: true });
  expect(lines.some((line) => line.includes('a line') && line.includes(run))).toBe(true);
  const [cost] = await listCosts(db, run, { limit: 1 });
  expect(cost).toMatchObject({ estimated: false });
  expect(cost?.cpu_ms).toBeGreaterThan(0);
  expect(cost?.peak_rss).toBeGreaterThan(1e6);
});

test.each([
  ['throw', { type: 'TooBad', nonRetryable: true, message: 'too bad' }],
  ['die', { type: 'PER_RUN_011', nonRetryable: false }],
  ['commit', { type: 'PER_RUN_017' }],
  ['large', { type: 'PER_RUN_006', nonRetryable: true }],
])('what ends the child without an output is named: %s', async (how, failure) => {
  const { ended, run } = start(how);
  await expect(ended).rejects.toMatchObject(failure);
  if (how === 'die') await expect(ended).rejects.toThrow('these are my last words');
  expect((await listExecutions(db, run, { limit: 1 }))[0]?.outcome).toBe('failed');
});

test('cancelling ends a child that computes and never looks up, with what it has started', async () => {
  const { environment, ended, run } = start('compute');
  const group = await pids();
  expect(group.every(isAlive)).toBe(true);
  environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
  await expect(ended).rejects.toThrow('CANCELLED');
  await allGone(group);
  expect((await listExecutions(db, run, { limit: 1 }))[0]?.outcome).toBe('cancelled');
});

test('kill -9 of the worker ends a child that computes and never looks up, with what it has started', async () => {
  const input = { how: 'compute', folder: root };
  const bundle = join(__dirname, 'isolated-project.cjs');
  const task = { type: 'run', step: 'alone', pool: 'cpu', bundle, input, run: 'r', address: 'a', fence: 1, never: [] };
  const worker = spawn(process.execPath, [join(__dirname, 'isolated-worker.cjs'), JSON.stringify(task)], {
    stdio: 'ignore',
    env: { ...process.env, DATABASE_URL: database.url, PERENNIAL_STATE: root },
  });
  const group = await pids();
  expect(group.every(isAlive)).toBe(true);
  worker.kill('SIGKILL');
  await allGone(group);
});
