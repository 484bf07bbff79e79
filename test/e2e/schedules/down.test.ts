// Danger: what becomes of ticks while the server is down is what Temporal makes of two policies together, and neither default of
// Temporal's is ours: ticks made up for that nobody wants any more, or left out without a word. The table is what the real server does.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Overlap } from '../../../core';
import { listSchedules, type ScheduleState } from '../../../client/schedules/list-schedules';
import { pipelineScheduleId, policiesOf } from '../../../client/schedules/wanted';
import type { Child } from '../../../workers/embedded/child';
import { freePorts } from '../../../workers/embedded/ports';
import { startTemporal } from '../../../workers/embedded/temporal';
import { eventually } from '../../chaos/surroundings';

jest.setTimeout(120_000);

/** Temporal's least catch-up window, and one that reaches over the time that the server is down. */
const SHORT = 10_000;
const LONG = 3_600_000;
const TICKS = 3;

let state: string;
let server: Child | null = null;
let client: Client;
let states: ScheduleState[];

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'perennial-down-'));
  await mkdir(join(state, 'logs'));
  const [grpc = 0, ui = 0] = await freePorts(2);
  const start = async (): Promise<void> => {
    const binary = { path: process.env['PERENNIAL_TEMPORAL_CLI'] ?? '', version: '', way: 'of the suite' };
    await startTemporal({ binary, state, ports: { grpc, ui }, onStarted: (child) => (server = child) });
  };
  await start();
  client = new Client({ connection: await Connection.connect({ address: `127.0.0.1:${grpc}` }) });
  let last = await killBeforeTheTicks(2_000);
  for (let lead = 4_000; last === null; lead *= 2) {
    // The machine was too slow: ticks came while the server was there. Others, later.
    await start();
    last = await killBeforeTheTicks(lead);
  }
  // Temporal's least catch-up window has to go by.
  const over = last.getTime() + SHORT + 500;
  await eventually(() => Promise.resolve(Date.now() > over));
  await start();
  await eventually(async () => {
    states = await listSchedules({ temporal: client });
    return states.length === 2 * OVERLAPS.length && states.every(({ taken, missed }) => taken + missed > 0);
  });
});

afterAll(async () => {
  await client.connection.close();
  await kill();
  await rm(state, { recursive: true, force: true });
});

/** What comes of three ticks that were due while the server was down; what each starts runs on. */
const MADE_UP: readonly [Overlap, Pick<ScheduleState, 'taken' | 'skipped' | 'waiting'>][] = [
  ['skip', { taken: 1, skipped: 2, waiting: 0 }],
  ['buffer-one', { taken: 1, skipped: 1, waiting: 1 }],
  ['buffer-all', { taken: 1, skipped: 0, waiting: 2 }],
  // The last of them alone; the server counts the others nowhere.
  ['cancel-other', { taken: 1, skipped: 0, waiting: 0 }],
  ['terminate-other', { taken: 1, skipped: 0, waiting: 0 }],
  ['allow-all', { taken: 3, skipped: 0, waiting: 0 }],
];
const OVERLAPS = MADE_UP.map(([overlap]) => overlap);

test.each(MADE_UP)('within the catch-up window, %s', (overlap, expected) => {
  expect(found(overlap, LONG)).toMatchObject({ ...expected, missed: 0 });
});

test.each(OVERLAPS)('after the catch-up window none is made up for, and each is counted: %s', (overlap) => {
  const one = found(overlap, SHORT);
  expect(one).toMatchObject({ taken: 0, skipped: 0, waiting: 0, missed: TICKS });
  expect(one?.warnings).toEqual([expect.stringMatching(/^3 ticks of the pipeline .* were missed/)]);
});

/**
 * Makes all schedules anew, a tick a second for three seconds, and kills the server before the first.
 *
 * @param lead ms until the first tick
 * @returns when the last tick is due; null: the first came before the server was dead
 */
async function killBeforeTheTicks(lead: number): Promise<Date | null> {
  const startAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + lead);
  const endAt = new Date(startAt.getTime() + (TICKS - 1) * 1_000);
  for await (const { scheduleId } of client.schedule.list()) await client.schedule.getHandle(scheduleId).delete();
  await eventually(async () => (await listSchedules({ temporal: client })).length === 0);
  const all = OVERLAPS.flatMap((overlap) => [SHORT, LONG].map((catchup) => ({ overlap, catchup })));
  await Promise.all(
    all.map(({ overlap, catchup }) =>
      client.schedule.create({
        scheduleId: pipelineScheduleId(nameOf(overlap, catchup)),
        memo: { perennial: 'pipeline' },
        spec: { intervals: [{ every: '1s' }], startAt, endAt },
        ...policiesOf({ overlap, catchup }, 'skip'),
        action: { type: 'startWorkflow', workflowType: 'x', workflowId: nameOf(overlap, catchup), taskQueue: 'none' },
      }),
    ),
  );
  // One whose first tick is not planned yet would begin anew with the server.
  const ids = all.map(({ overlap, catchup }) => pipelineScheduleId(nameOf(overlap, catchup)));
  await eventually(async () => {
    const planned = await Promise.all(ids.map(waitsForItsTick));
    return Date.now() > startAt.getTime() || planned.every(Boolean);
  });
  await kill();
  return Date.now() < startAt.getTime() ? endAt : null;
}

/** Whether the workflow that Temporal keeps a schedule by has set the timer of its next tick. */
async function waitsForItsTick(schedule: string): Promise<boolean> {
  const { events } = await client.workflow.getHandle(`temporal-sys-scheduler:${schedule}`).fetchHistory();
  return (events ?? []).some((event) => event.timerStartedEventAttributes);
}

function nameOf(overlap: Overlap, catchup: number): string {
  return `${overlap}-${catchup}`;
}

function found(overlap: Overlap, catchup: number): ScheduleState | undefined {
  return states.find(({ owner }) => owner.name === nameOf(overlap, catchup));
}

async function kill(): Promise<void> {
  if (!server?.isRunning()) return;
  process.kill(server.mark.pid, 'SIGKILL');
  await server.ended;
}
