// Danger: schedules that Temporal holds drift from the code unseen: one edited or deleted in Temporal's UI, one of a pipeline that
// is gone and still ticks; or a sync that lets a paused one tick, deletes somebody else's, or finds differences where there are none.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { z } from 'zod';
import { cron } from '../../../core';
import { listSchedules } from '../../../client/schedules/list-schedules';
import type { ScheduleChange } from '../../../client/schedules/plan-schedules';
import { ensureSchedules, lookAtSchedules } from '../../../client/schedules/sync-schedules';
import { pipelineScheduleId } from '../../../client/schedules/wanted';
import { syncSchedules } from '../../../workers/sync-schedules';
import { eventually, Surroundings } from '../../chaos/surroundings';
import { pipelines } from './project/pipelines';

jest.setTimeout(120_000);

let around: Surroundings;

beforeAll(async () => {
  around = await Surroundings.open('../e2e/schedules/project');
  await around.worker();
  await eventually(async () => (await listSchedules({ temporal: around.client })).length === pipelines.length);
});

afterAll(async () => {
  await around.close();
});

const handle = (pipeline: string) => around.client.schedule.getHandle(pipelineScheduleId(pipeline));
const action = { type: 'startWorkflow', workflowType: 'other', taskQueue: 'other', args: [] } as const;

test('what a worker made equals the code, however its crons are written', async () => {
  const changes = await look();
  expect(changes.size).toBe(pipelines.length);
  expect([...changes.values()].filter(({ change }) => change !== 'none')).toEqual([]);
});

test('what was edited or deleted in Temporal is told field by field and put right; paused stays paused, what is not ours stays', async () => {
  await handle('edited').update(({ state, action: before }) => ({
    spec: { cronExpressions: ['*/5 * * * *'], intervals: [{ every: '1h' }] },
    action: { ...before, args: [{ config: { by: 'hand' }, plan: 'current' }], workflowId: 'edited-scheduled' },
    policies: { overlap: 'ALLOW_ALL', catchupWindow: '1 day' },
    state,
  }));
  await handle('deleted').delete();
  await handle('paused').pause('until Monday');
  const gone = { scheduleId: 'pipeline-gone', memo: { perennial: 'pipeline' }, action };
  await around.client.schedule.create({ ...gone, spec: { cronExpressions: ['0 1 * * *'] } });
  const others = { scheduleId: 'pipeline-of-somebody', action, spec: { cronExpressions: ['0 1 * * *'] } };
  await around.client.schedule.create(others);
  await eventually(async () => (await look()).has('pipeline-gone'));

  const { lines, code } = await perennial('schedules', 'sync', '--dry-run');
  expect(code).toBe(0);
  const before = await look();
  expect(lines).toEqual([...before.values()].map((change) => ({ ...change, dryRun: true })));
  const differing = [...before.values()].filter(({ change, paused }) => change !== 'none' || paused);
  expect(differing.map(({ schedule, change }) => [schedule, change])).toEqual([
    ['pipeline-deleted', 'create'],
    ['pipeline-edited', 'update'],
    ['pipeline-gone', 'delete'],
    ['pipeline-paused', 'none'],
  ]);
  expect(before.get('pipeline-paused')?.paused).toEqual({ note: 'until Monday' });
  const edited = before.get('pipeline-edited')?.differences ?? [];
  expect(edited.map(({ field }) => field)).toEqual([
    ...['cron', 'timezone', 'overlap', 'jitter', 'catchup', 'starts', 'besides'],
  ]);
  expect(edited).toContainEqual({ field: 'cron', from: '*/5 * * * *', to: '0 2 * * *' });
  expect(edited).toContainEqual({ field: 'overlap', from: 'allow-all', to: 'buffer-one' });
  expect(edited).toContainEqual({ field: 'catchup', from: 86_400_000, to: 21_600_000 });

  // Nothing was changed by looking; the sync says the same, and does it.
  const synced = await perennial('schedules', 'sync');
  expect(synced.lines).toEqual([...before.values()].map((change) => ({ ...change, dryRun: false })));
  const after = await look();
  expect([...after.values()].filter(({ change }) => change !== 'none')).toEqual([]);
  expect(after.has('pipeline-gone')).toBe(false);
  expect((await handle('paused').describe()).state).toMatchObject({ paused: true, note: 'until Monday' });
  const somebody = await around.client.schedule.getHandle('pipeline-of-somebody').describe();
  expect(somebody.action.workflowType).toBe('other');
});

test('one that is paused in the moment between the look and the change stays paused', async () => {
  const edited = handle('written-1');
  await edited.update(({ action: before, state }) => ({
    spec: { cronExpressions: ['*/5 * * * *'] },
    action: { ...before, workflowId: 'written-1-scheduled' },
    state,
  }));
  const found = await lookAtSchedules({ temporal: around.client }, { models: [], pipelines });
  const [change] = found.changes.filter(({ schedule }) => schedule === pipelineScheduleId('written-1'));
  if (change === undefined) throw new Error('nothing is to be changed');
  const service = around.client.workflowService;
  const describe = service.describeSchedule.bind(service);
  const spy = jest.spyOn(service, 'describeSchedule').mockImplementationOnce(async (request) => {
    const described = await describe(request);
    await edited.pause('the lake moves');
    return described;
  });
  await found.apply(change);
  expect(spy.mock.calls.length).toBeGreaterThan(1);
  spy.mockRestore();
  expect((await edited.describe()).state).toMatchObject({ paused: true, note: 'the lake moves' });
  expect((await look()).get(pipelineScheduleId('written-1'))).toMatchObject({ change: 'none' });
});

test('the schedule of somebody else under an id of ours is left alone, and told by the exit code', async () => {
  await handle('written-0').delete();
  const spec = { cronExpressions: ['0 1 * * *'] };
  await around.client.schedule.create({ scheduleId: pipelineScheduleId('written-0'), action, spec });
  const { lines, code } = await perennial('schedules', 'sync');
  expect(code).toBe(4);
  expect(lines).toContainEqual(expect.objectContaining({ schedule: 'pipeline-written-0', change: 'taken' }));
  expect((await handle('written-0').describe()).action.workflowType).toBe('other');
});

test('a schedule is shown with what its last ticks started, and the night whose tick does not come', async () => {
  const missed = { start: new Date('2025-03-28T12:00:00Z'), end: new Date('2025-03-30T12:00:00Z') };
  await handle('by-day').backfill(missed);
  const runs = async () => (await listSchedules({ temporal: around.client }, 'by-day'))[0]?.last[0]?.runs;
  await eventually(async () => (await runs())?.[0] === 'by-day:2025-03-28');
  const { lines } = await perennial('schedules');
  const shown = (name: string) => lines.find((line) => line['schedule'] === pipelineScheduleId(name));
  expect(shown('by-day')).toMatchObject({
    owner: { kind: 'pipeline', name: 'by-day' },
    ...{ cron: '30 2 * * *', timezone: 'Europe/Berlin', overlap: 'buffer-all', jitter: 0, catchup: 3_600_000 },
    ...{ paused: null, missed: 0, skipped: 0, warnings: [] },
    // In the days after a change that of the next year as well.
    lost: expect.arrayContaining([expect.stringMatching(/^\d{4}-03-\d{2} 02:30$/)]) as unknown,
  });
  expect(shown('paused')).toMatchObject({
    paused: { note: 'until Monday' },
    warnings: [expect.stringContaining('is paused')],
  });
  expect((await perennial('schedules', 'nobody')).code).toBe(2);
});

// What docs/SCHEDULES.md says of nights on which clocks change is what Temporal's server does.
test.each([
  // East of Greenwich one of the two comes, and what follows within the hour does not.
  ['Europe/Berlin', '30 2 * * *', '2025-10-26', ['01:30'], '01:30'],
  ['Europe/Berlin', '0,15,30,45 2 * * *', '2025-10-26', ['01:00', '02:15'], '01:45'],
  ['Europe/Berlin', '0 1-4 * * *', '2025-10-26', ['00:00', '02:00', '03:00'], '03:00'],
  ['Europe/London', '30 1 * * *', '2025-10-26', ['01:30'], '01:30'],
  // West of it both.
  ['America/New_York', '30 1 * * *', '2025-11-02', ['05:30', '06:30'], '06:30'],
  ['America/New_York', '0,30 1 * * *', '2025-11-02', ['05:00', '05:30', '06:00', '06:30'], '06:30'],
  // Clocks are put forward over them.
  ['Europe/Berlin', '0,15,30,45 2 * * *', '2025-03-30', [], '00:45'],
])('when clocks change in %s, of %s on %s the ticks %j come', async (timezone, cronText, day, times, nextDay) => {
  const id = `night-${timezone.replace('/', '-')}-${cronText.replaceAll(/\W+/g, '-')}${day}`;
  const made = await around.client.schedule.create({
    scheduleId: id,
    spec: { cronExpressions: [cronText], timezone },
    action: { ...action, workflowId: id },
    policies: { overlap: 'ALLOW_ALL' },
    state: { paused: true },
  });
  const start = new Date(`${day}T00:00:00Z`);
  await made.backfill({ start, end: new Date(start.getTime() + 36 * 3_600_000) });
  const started = async (): Promise<string[]> => {
    const ids: string[] = [];
    const query = `TemporalScheduledById = '${id}'`;
    for await (const { workflowId } of around.client.workflow.list({ query })) ids.push(workflowId);
    return ids.sort();
  };
  // The last tick of the day after: all before it has been gone through.
  const after = new Date(start.getTime() + 86_400_000).toISOString().slice(0, 10);
  await eventually(async () => (await started()).at(-1) === `${id}-${after}T${nextDay}:00Z`);
  const ticks = (await started()).filter((each) => each.startsWith(`${id}-${day}T`));
  expect(ticks).toEqual(times.map((time) => `${id}-${day}T${time}:00Z`));
});

test('one that Temporal refuses is named, and does not keep the others from being made', async () => {
  const temporal = around.client;
  const schedule = cron('0 5 * * *');
  const names = ['refused', 'taken-on'];
  const asked = names.map((name) => ({
    name,
    schedule: name === 'refused' ? { ...schedule, timezone: 'No/Where' } : schedule,
  }));
  const { refused } = await ensureSchedules({ temporal }, { models: [], pipelines: asked });
  expect([...refused].map(([id, { message }]) => `${id}: ${message}`)).toEqual([
    expect.stringMatching(/^pipeline-refused: .*PER_STACK_065.*pipeline-refused/),
  ]);
  await expect(handle('taken-on').describe()).resolves.toMatchObject({ memo: { perennial: 'pipeline' } });

  // A worker's log tells of the refused one, once, and of the others all the same.
  await handle('taken-on').pause('for the audit');
  let told = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      told += chunk.toString();
      done();
    },
  });
  const log = pino({ level: 'warn' }, sink);
  const service = syncSchedules({ temporal, project: { models: [], pipelines: asked }, log, interval: 20 });
  await eventually(() => Promise.resolve(/PER_STACK_065.*[^]*for the audit/.test(told)));
  // A later look.
  await handle('taken-on').pause('for longer');
  await eventually(() => Promise.resolve(told.includes('for longer')));
  await service.stop();
  expect(told.match(/PER_STACK_065/g)).toHaveLength(1);
});

async function look(): Promise<Map<string, ScheduleChange>> {
  const { changes } = await lookAtSchedules({ temporal: around.client }, { models: [], pipelines });
  return new Map(changes.map((change) => [change.schedule, change]));
}

const Line = z.record(z.string(), z.unknown());

/** Runs the command that was built, with --json. */
function perennial(...args: string[]): Promise<{ lines: z.infer<typeof Line>[]; code: number }> {
  const main = join(__dirname, '..', '..', '..', 'dist', 'cli', 'main.js');
  const env = {
    ...process.env,
    DATABASE_URL: around.database.url,
    TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_NAMESPACE: around.namespace,
    PERENNIAL_PROJECT: join(__dirname, 'project'),
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args, '--json'], { env }, (_error, stdout) => {
      const lines = stdout.split('\n').filter(Boolean);
      resolve({ lines: lines.map((line) => Line.parse(JSON.parse(line))), code: child.exitCode ?? -1 });
    });
  });
}
