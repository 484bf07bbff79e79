/**
 * Danger: `doctor` says that all is well where nothing runs, or that something is wrong without what to do about it. Here
 * nothing runs: no address is known, or a stack's port is held by nobody.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { examine } from '../../../cli/doctor/examine';
import { judgeSchema } from '../../../cli/doctor/servers';
import { judgeBuilds } from '../../../cli/doctor/builds';
import { judgeSchedules } from '../../../cli/doctor/schedules';
import { judgeSensors } from '../../../cli/doctor/sensors';
import { judgeUpkeep } from '../../../cli/doctor/upkeep';
import { judgeWorkers } from '../../../cli/doctor/workers';
import type { Finding } from '../../../cli/doctor/finding';
import { resolveSettings } from '../../../cli/settings';
import { handWritten, pipeline, step } from '../../../core';
import { newestMigration } from '../../../store/migrate';
import { freePorts } from '../../../workers/embedded/ports';
import type { StackFile } from '../../../workers/embedded/stack-file';

const before = { ...process.env };
let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'perennial-doctor-'));
  Object.assign(process.env, { DATABASE_URL: '', TEMPORAL_ADDRESS: '', PERENNIAL_SERVING_URL: '' });
});
afterEach(() => {
  process.env = { ...before };
  rmSync(state, { recursive: true, force: true });
});

function doctor(): Promise<Finding[]> {
  return examine(resolveSettings({ state }));
}

test('where nothing runs the servers fail, each with its fix; the rest is examined all the same', async () => {
  const findings = await doctor();
  const failed = findings.filter(({ status }) => status === 'fail');
  expect(failed.map(({ check }) => check)).toEqual(expect.arrayContaining(['Temporal', 'Postgres']));
  for (const { found, fix } of failed) expect({ found, fix }).toEqual({ found: like(/./), fix: SENTENCE });
  expect(findings).toContainEqual(expect.objectContaining({ check: 'search attributes', status: 'skipped' }));
  expect(findings).toContainEqual(expect.objectContaining({ check: 'ports', status: 'ok', found: like(/free ones/) }));
  expect(findings).toContainEqual(
    expect.objectContaining({ check: 'Node', status: 'ok', found: process.versions.node }),
  );
});

test('a current build without a worker that could begin a run is told, with what to do', () => {
  const gpu = { build: 'old', pool: 'gpu', workers: 1 };
  const other = { build: 'new', pool: 'cpu', workers: 1 };
  expect(judgeBuilds('old', [gpu, other])).toEqual({
    status: 'warn',
    found: like(/begin with old.*wait/),
    fix: SENTENCE,
  });
  expect(judgeBuilds('new', [gpu, other])).toMatchObject({ status: 'ok' });
  expect(judgeBuilds(null, [gpu])).toMatchObject({ status: 'ok', found: like(/not pinned/) });
});

test('what keeps a sensor from seeing is told, of those that a worker has; others are counted', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  const row = (sensor: string, lookedAt: string | null, error: string | null) => ({
    ...{ pipeline: 'load', sensor, lookedAt, error, every: 5_000 },
  });
  const [well, ill] = [
    row('well', '2026-01-01T11:59:58Z', null),
    row('ill', '2026-01-01T11:59:58Z', 'a port is taken'),
  ];
  const left = row('left', '2025-01-01T00:00:00Z', 'a folder is gone');
  expect(judgeSensors([well, ill, left], now)).toEqual({
    status: 'warn',
    found: 'load/ill: a port is taken',
    fix: SENTENCE,
  });
  expect(judgeSensors([well, left], now)).toMatchObject({ status: 'ok', found: '1 looked after' });
  expect(judgeSensors([left, row('never', null, null)], now)).toMatchObject({ status: 'ok', found: 'none' });
});

test('a port of the running stack that is silent is named', async () => {
  const [silent = 0] = await freePorts(1);
  const server = await listen();
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const addresses = {
    temporal: `127.0.0.1:${port}`,
    temporalUi: `http://127.0.0.1:${silent}`,
    postgresUrl: `postgres://perennial:secret@127.0.0.1:${port}/perennial`,
    serving: null,
    metrics: {},
  };
  const { settings } = resolveSettings({ state });
  const ports = async (stack: StackFile) => (await examine({ settings, stack })).find(({ check }) => check === 'ports');
  expect(await ports(stackAt(addresses))).toMatchObject({
    status: 'fail',
    found: `silent: Temporal UI (127.0.0.1:${silent})`,
    fix: SENTENCE,
  });
  expect(await ports(stackAt({ ...addresses, temporalUi: null }))).toMatchObject({ status: 'ok' });
  await new Promise((resolve) => server.close(resolve));
});

test('an upkeep that nobody does any more is told, one that was done or is to come is not', () => {
  const now = Date.parse('2026-11-30T12:00:00.000Z');
  expect(judgeUpkeep(null, now)).toMatchObject({ status: 'ok', found: like(/not done yet/) });
  expect(judgeUpkeep('2026-11-29T11:00:00.000Z', now)).toMatchObject({ status: 'ok', found: like(/2026-11-29/) });
  const late = judgeUpkeep('2026-11-28T11:00:00.000Z', now);
  expect(late).toMatchObject({ status: 'warn', found: like(/last at 2026-11-28/), fix: SENTENCE });
});

test('a schema that is missing, old or newer than the code is told apart from the one it needs', () => {
  expect(newestMigration()).toBeGreaterThanOrEqual(1);
  expect(judgeSchema('18', newestMigration())).toMatchObject({ status: 'ok', fix: '' });
  expect(judgeSchema('18', null, 3)).toMatchObject({ status: 'fail', fix: like(/migrate/) });
  expect(judgeSchema('18', 2, 3)).toMatchObject({ status: 'fail', found: '18, schema 2 of 3' });
  expect(judgeSchema('18', 4, 3)).toMatchObject({ status: 'fail', fix: like(/newer/) });
});

const SENTENCE = like(/^\S.*[.)]$/);

function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

function stackAt(addresses: StackFile['addresses']): StackFile {
  const mark = { pid: process.pid, start: '0' };
  return {
    format: 1,
    state,
    project: state,
    build: 'b',
    startedAt: '2001-01-01T00:00:00.000Z',
    kept: true,
    supervisor: mark,
    addresses,
    token: 't',
    temporalCli: null,
    processes: {},
  };
}

function listen(): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

test('a pool that steps ask for and nobody works on is named, with the command that helps', () => {
  const cpu = { pool: 'cpu', workers: 2 };
  const fit = step('fit', { input: z.object({}), output: z.object({}), pool: 'gpu' });
  const asking = [
    { pipelines: [pipeline('made', { config: z.object({}), graph: (g) => g.run(fit, {}) })], workflows: [] },
    { pipelines: [], workflows: [handWritten('made', { fit })] },
  ];
  for (const project of asking) {
    expect(judgeWorkers(project, [cpu])).toMatchObject({
      status: 'warn',
      found: like(/'gpu'/),
      fix: 'perennial worker --pool gpu',
    });
  }
  const nothing = { pipelines: [], workflows: [] };
  expect(judgeWorkers(nothing, [])).toMatchObject({ status: 'warn', found: like(/'cpu'/) });
  expect(judgeWorkers(nothing, [cpu])).toMatchObject({ status: 'ok', found: 'cpu: 2' });
});

test('schedules that differ from the code are told before ticks that were missed, and those before nothing', () => {
  const missed = [
    '3 ticks of the pipeline nightly were missed.',
    'The schedule of the model churn is paused: no tick comes.',
  ];
  expect(judgeSchedules(1, 4, missed)).toMatchObject({
    status: 'warn',
    found: '1 of 4 differ from the code',
    fix: like(/perennial schedules sync/),
  });
  expect(judgeSchedules(0, 4, missed)).toMatchObject({ status: 'warn', found: `${missed[0]} And 1 more.` });
  expect(judgeSchedules(0, 4, [])).toMatchObject({ status: 'ok' });
});
