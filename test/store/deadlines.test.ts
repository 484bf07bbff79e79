// Danger: a night on which nothing ran and nobody heard of it; one told by every worker, or told again at each look; or
// yesterday's run, made up for in the morning, that stands for tonight's. The clock is handed in: nothing waits.
import { Writable } from 'node:stream';
import pino from 'pino';
import type { Pool } from 'pg';
import { daily, type Deadline, doneBy } from '../../core';
import { openDb } from '../../store/db';
import { listDeadlines } from '../../store/deadlines/list-deadlines';
import { judgeDeadlines } from '../../workers/judge-deadlines';
import { createTestDatabase, type TestDatabase } from '../database';
import { aRun } from './rows';

let database: TestDatabase;
let db: Pool;
let told: string[] = [];
const log = pino(
  { level: 'warn', base: null, timestamp: false },
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      told.push(chunk.toString());
      done();
    },
  }),
);

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 5 });
});

afterAll(async () => {
  await db.end();
  await database.drop();
});

beforeEach(async () => {
  await db.query('TRUNCATE deadlines, runs CASCADE');
  told = [];
});

const berlin = doneBy('06:00', { timezone: 'Europe/Berlin' });

/** Looks at a time; two workers at once unless told otherwise. */
async function at(time: string, deadline: Deadline | null = berlin, partitions = false): Promise<void> {
  const parted = partitions ? daily({ from: '2026-03-01', timezone: 'Europe/Berlin' }) : null;
  const project = { pipelines: [{ name: 'p', deadline, partitions: parted }] };
  const judge = () => judgeDeadlines({ db, project, log }, Date.parse(time));
  await Promise.all([judge(), judge()]);
}

/** A run with its times; without an end it runs. */
async function run(
  id: string,
  from: string,
  end: { to: string; status?: string } | null = null,
  partition: string | null = null,
): Promise<void> {
  await aRun(db, id);
  await db.query(`UPDATE runs SET started_at = $2, ended_at = $3, status = $4, partition = $5 WHERE id = $1`, [
    id,
    from,
    end?.to ?? null,
    end ? (end.status ?? 'completed') : 'running',
    partition,
  ]);
}

/** Day, state and run of each, oldest first. */
async function rows(): Promise<string[]> {
  const all = await listDeadlines(db, { limit: 100 });
  return all
    .reverse()
    .map(({ day, state, run: by, resolvedAt }) =>
      [
        day,
        state,
        ...(by === null ? [] : [by]),
        ...(resolvedAt === null ? [] : [`at ${resolvedAt.slice(0, 16)}`]),
      ].join(' '),
    );
}

test('a run that never started is told once, by one worker, though nothing was scheduled; the first is that to come', async () => {
  // That of the night before, which kept the deadline before.
  await run('before', '2026-03-27T02:00Z', { to: '2026-03-27T04:00Z' });
  await at('2026-03-27T12:00Z');
  expect(await rows()).toEqual(['2026-03-28 waiting']);
  await at('2026-03-28T04:59:59Z');
  expect(told).toEqual([]);
  await at('2026-03-28T05:00:00Z');
  await at('2026-03-28T05:00:10Z');
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('a deadline was missed');
  expect(told[0]).toContain('no run had started');
  // Clocks are put forward in the night of the next.
  expect(await rows()).toEqual(['2026-03-28 missed', '2026-03-29 waiting']);
  expect((await listDeadlines(db, { limit: 1 }))[0]?.due).toBe('2026-03-29T04:00:00.000Z');
});

test('one that is done in time is met, by the records, however late it is judged', async () => {
  await at('2026-03-27T12:00Z');
  await run('night', '2026-03-28T02:00Z', { to: '2026-03-28T04:59Z' });
  await at('2026-03-28T09:00Z');
  expect(told).toEqual([]);
  expect(await rows()).toEqual(['2026-03-28 met night', '2026-03-29 waiting']);
});

test.each([
  ['runs on', null, 'night was still running'],
  ['failed', { to: '2026-03-28T03:00Z', status: 'failed' }, 'night was failed'],
  ['was late', { to: '2026-03-28T05:30Z' }, 'night was still running'],
])('one whose run %s is missed, and says so', async (_how, end, reason) => {
  await at('2026-03-27T12:00Z');
  await run('night', '2026-03-28T02:00Z', end);
  await at('2026-03-28T06:00Z');
  const [, missed] = await listDeadlines(db, { limit: 2 });
  expect(missed).toMatchObject({ state: 'missed', reason });
  expect(told).toHaveLength(1);
});

test('what was missed is done once a run has completed, which does not stand for the next night', async () => {
  await at('2026-03-27T12:00Z');
  await at('2026-03-28T06:00Z');
  await run('morning', '2026-03-28T08:00Z', { to: '2026-03-28T09:00Z' });
  await at('2026-03-28T10:00Z');
  expect(await rows()).toEqual(['2026-03-28 missed morning at 2026-03-28T09:00', '2026-03-29 waiting']);
  await at('2026-03-29T06:00Z');
  expect(await rows()).toEqual([
    '2026-03-28 missed morning at 2026-03-28T09:00',
    '2026-03-29 missed',
    '2026-03-30 waiting',
  ]);
  expect(told).toHaveLength(2);
});

test('deadlines that came while no worker was there are judged each; one run makes up for all of them', async () => {
  await at('2026-03-27T12:00Z');
  await run('second', '2026-03-29T02:00Z', { to: '2026-03-29T03:00Z' });
  await at('2026-03-31T12:00Z');
  expect(await rows()).toEqual([
    '2026-03-28 missed second at 2026-03-29T03:00',
    '2026-03-29 missed',
    '2026-03-30 missed',
    '2026-03-31 missed',
    '2026-04-01 waiting',
  ]);
  await run('all', '2026-03-31T13:00Z', { to: '2026-03-31T14:00Z' });
  await at('2026-03-31T15:00Z');
  expect((await rows()).slice(1)).toEqual([
    ...['29', '30', '31'].map((day) => `2026-03-${day} missed all at 2026-03-31T14:00`),
    '2026-04-01 waiting',
  ]);
});

test('of a pipeline with partitions the newest one that is over has to be done, by whichever run', async () => {
  await at('2026-03-27T12:00Z', berlin, true);
  await run('p:2026-03-26', '2026-03-28T01:00Z', { to: '2026-03-28T02:00Z' }, '2026-03-26');
  await at('2026-03-28T06:00Z', berlin, true);
  expect((await listDeadlines(db, { limit: 2 }))[1]).toMatchObject({ state: 'missed', partition: '2026-03-27' });
  await run('p:2026-03-27', '2026-03-28T08:00Z', { to: '2026-03-28T09:00Z' }, '2026-03-27');
  await run('early', '2026-03-29T01:00Z', { to: '2026-03-29T01:30Z' }, '2026-03-28');
  await at('2026-03-29T06:00Z', berlin, true);
  expect(await rows()).toEqual([
    '2026-03-28 missed p:2026-03-27 at 2026-03-28T09:00',
    '2026-03-29 met early',
    '2026-03-30 waiting',
  ]);
});

test('a deadline that the code moves or drops is moved or dropped, as long as it is to come', async () => {
  await at('2026-03-27T12:00Z');
  await at('2026-03-27T12:01Z', doneBy('07:30', { timezone: 'Europe/Berlin' }));
  expect(await listDeadlines(db, { limit: 9 })).toMatchObject([{ due: '2026-03-28T06:30:00.000Z' }]);
  await at('2026-03-27T12:02Z', doneBy('07:30', { timezone: 'Europe/Berlin', days: 'mon' }));
  expect(await rows()).toEqual(['2026-03-30 waiting']);
  await at('2026-04-30T12:02Z', null);
  expect(await rows()).toEqual(['2026-03-30 waiting']);
  expect(told).toEqual([]);
});

test('a deadline of more days, or at an earlier time, tells nothing of what has passed', async () => {
  await at('2026-03-23T12:00Z', doneBy('06:00', { timezone: 'Europe/Berlin', days: 'mon' }));
  await at('2026-04-02T12:00Z', doneBy('06:00', { timezone: 'Europe/Berlin', days: 'mon' }));
  expect(await rows()).toEqual(['2026-03-30 missed', '2026-04-06 waiting']);
  await at('2026-04-02T12:01Z');
  expect(await rows()).toEqual(['2026-03-30 missed', '2026-04-03 waiting']);
  await at('2026-04-02T12:02Z', doneBy('20:00', { timezone: 'Europe/Berlin' }));
  await at('2026-04-02T12:03Z', doneBy('01:00', { timezone: 'Europe/Berlin' }));
  expect(await rows()).toEqual(['2026-03-30 missed', '2026-04-03 waiting']);
  expect(told).toHaveLength(1);
});

test('one that is taken out of the code and comes back tells nothing of the time between', async () => {
  await at('2026-03-27T12:00Z');
  await at('2026-03-27T13:00Z', null);
  await at('2026-03-30T11:00Z', null);
  await at('2026-03-30T12:00Z');
  await at('2026-03-30T12:00:10Z');
  expect(await rows()).toEqual(['2026-03-28 waiting', '2026-03-31 waiting']);
  expect(told).toEqual([]);
  await at('2026-03-31T04:00Z');
  expect(await rows()).toEqual(['2026-03-28 waiting', '2026-03-31 missed', '2026-04-01 waiting']);
  expect(told).toHaveLength(1);
});

test('one that comes back before it is due is judged, and so is one that was due before it was taken out', async () => {
  await at('2026-03-27T12:00Z');
  await at('2026-03-27T13:00Z', null);
  await at('2026-03-27T14:00Z');
  await at('2026-03-28T06:00Z');
  expect(await rows()).toEqual(['2026-03-28 missed', '2026-03-29 waiting']);
  // No worker is there until after the next, and the first that comes has none.
  await at('2026-03-30T12:00Z', null);
  await at('2026-04-02T12:00Z');
  await at('2026-04-02T12:00:10Z');
  expect(await rows()).toEqual(['2026-03-28 missed', '2026-03-29 missed', '2026-04-03 waiting']);
});

test('workers of a build that has none, beside those of one that has it, keep it from nobody', async () => {
  await at('2026-03-27T12:00Z');
  for (const [without, with_] of [
    ['04:59:45', '04:59:50'],
    ['04:59:55', '05:00:02'],
    ['05:00:05', '05:00:12'],
  ] as const) {
    await at(`2026-03-28T${without}Z`, null);
    await at(`2026-03-28T${with_}Z`);
  }
  expect(await rows()).toEqual(['2026-03-28 missed', '2026-03-29 waiting']);
  expect(told).toHaveLength(1);
});

test('however many are missed and never done, the next is judged', async () => {
  await at('2026-03-27T12:00Z');
  await db.query(
    `INSERT INTO deadlines (pipeline, day, due_at, since_at, times, state)
     SELECT 'p', 'old-' || n, $1::timestamptz - n * interval '1 day', $1::timestamptz - (n + 1) * interval '1 day', '', 'missed'
     FROM generate_series(1, 300) AS n`,
    ['2026-03-01T05:00Z'],
  );
  await at('2026-03-28T05:00Z');
  expect(told).toHaveLength(1);
  expect((await rows()).slice(-2)).toEqual(['2026-03-28 missed', '2026-03-29 waiting']);
});

test('a run whose end was recorded only after the look was in time all the same', async () => {
  await at('2026-03-27T12:00Z');
  await run('night', '2026-03-28T02:00Z');
  await at('2026-03-28T05:00Z');
  await db.query(`UPDATE runs SET status = 'completed', ended_at = '2026-03-28T04:59:59.990Z'`);
  await at('2026-03-28T05:00:10Z');
  expect(await rows()).toEqual(['2026-03-28 met night', '2026-03-29 waiting']);
});
