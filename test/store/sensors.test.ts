// Danger: something that came and starts nothing, or starts two runs: since two workers looked at once, a transaction failed, rows
// share a watermark, or one bad file or row held up the rest. The world is a real folder and a real table.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { Pool } from 'pg';
import { z } from 'zod';
import { NO_MASK } from '../../activities/run-step/resources';
import { onFiles, onRows, resource, type Sensor } from '../../core';
import { openDb } from '../../store/db';
import { declareSensor } from '../../store/sensors/declare-sensor';
import { findEventOfRun } from '../../store/sensors/find-event-of-run';
import { listSensorEvents } from '../../store/sensors/list-events';
import { listSensors } from '../../store/sensors/list-sensors';
import { lookOnce } from '../../workers/sensors/look';
import { createTestDatabase, type TestDatabase } from '../database';

let database: TestDatabase;
let db: Pool;
let folder: string;
const log = pino({ level: 'silent' });

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 8 });
  await db.query('CREATE TABLE orders (id int, at timestamptz, note text)');
});

afterAll(async () => {
  await db.end();
  await database.drop();
});

beforeEach(async () => {
  await db.query('TRUNCATE sensors, sensor_events, sensor_files, outbox, orders');
  folder = mkdtempSync(join(tmpdir(), 'perennial-sensors-'));
  mkdirSync(join(folder, 'in'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const warehouse = resource('warehouse', z.string());
const arrivals = onFiles('arrivals', { in: 'in', settled: 1, every: 1, config: (file) => ({ name: file.name }) });
const ids = { from: warehouse, watermark: 'at', id: 'id', every: 1 } as const;
const query = 'SELECT id, at FROM orders -- all of them';
const orders = onRows('orders', { ...ids, query, most: 3, config: (rows) => ({ name: rows.to, ids: rows.ids }) });
const config = z.object({ name: z.string().regex(/^[^!]*$/), ids: z.array(z.string()).default([]) });

/** Looks once, whenever it was looked last. */
async function look(sensor: Sensor = arrivals, anyway = true) {
  const open = { pipeline: { name: 'load', config }, sensor, value: database.url };
  if (sensor.of === 'event') throw new Error('it does not look');
  const declared = { pipeline: 'load', sensor: sensor.name, kind: sensor.of, source: 's', every: sensor.every };
  await declareSensor(db, declared);
  return lookOnce({ db, folder, log, mask: NO_MASK }, open, { anyway });
}

/** Writes a file that has settled by the next look. */
async function write(name: string, text = name): Promise<void> {
  writeFileSync(join(folder, 'in', name), text);
  await db.query('SELECT pg_sleep(0.005)');
}

/** What the outbox is to start, by name or ids, in the order of the records. */
async function started(): Promise<unknown[]> {
  const { rows } = await db.query<{ config: { name: string; ids?: string[] } }>(
    `SELECT payload -> 'config' AS config FROM outbox WHERE kind = 'sensor' ORDER BY recorded_at, payload -> 'config' ->> 'name'`,
  );
  return rows.map(({ config: { name, ids: some } }) => some ?? name);
}

const insert = (rows: readonly (readonly [number, string | null])[]): Promise<unknown> =>
  db.query('INSERT INTO orders (id, at) SELECT * FROM unnest($1::int[], $2::timestamptz[])', [
    rows.map(([id]) => id),
    rows.map(([, at]) => at),
  ]);

const state = async () => (await listSensors(db, { limit: 5 }))[0];

test('a file is one event with its payload, one outbox row, one run; two workers that look at once do not see it twice', async () => {
  await write('a.csv');
  const looks = await Promise.all([look(), look(), look()]);
  expect(looks.reduce((sum, one) => sum + (one?.events ?? 0), 0)).toBe(1);
  expect(await started()).toEqual(['a.csv']);
  const [event] = await listSensorEvents(db, { pipeline: 'load', sensor: 'arrivals' }, { limit: 5 });
  expect(event).toMatchObject({ payload: { name: 'a.csv', size: 5 }, error: null });
  expect(event?.run).toMatch(/^load:arrivals-[0-9a-f]{16}$/);
  expect(await findEventOfRun(db, event?.run ?? '')).toEqual(event);
  await write('a.csv', 'other');
  await look();
  expect(await started()).toEqual(['a.csv', 'a.csv']);
  expect(await state()).toMatchObject({ events: 2, refused: 0, error: null });
});

test('while a file is read no transaction is open, another worker does not look, and nothing is written when one did all the same', async () => {
  await write('a.csv');
  const open = { pipeline: { name: 'load', config }, sensor: arrivals, value: null };
  await look({ ...arrivals, match: '*.none' });
  const { open: really } = fs;
  const during: unknown[] = [];
  const opened = jest.spyOn(fs, 'open').mockImplementation(async (...given) => {
    const { rows } = await db.query<{ busy: number }>(
      `SELECT count(*) AS busy FROM pg_stat_activity
       WHERE datname = current_database() AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL OR state ~ '^idle in')
         AND pid <> pg_backend_pid()`,
    );
    during.push(rows[0]?.busy, await lookOnce({ db, folder, log, mask: NO_MASK }, open, { anyway: true }));
    // One that knows of no such hold, as a worker of before.
    if (during.length === 2) await db.query('UPDATE sensors SET looked_at = clock_timestamp()');
    return really(...given);
  });
  expect(await look()).toBeNull();
  expect((await db.query('SELECT FROM sensor_files')).rowCount).toBe(0);
  expect(await started()).toEqual([]);
  expect(await look()).toMatchObject({ events: 1 });
  expect(during).toEqual([0, null, 0, null]);
  opened.mockRestore();
});

test('what a file held before is an event again when it comes back, with the time that it had then', async () => {
  const then = new Date('2026-01-01T00:00:00Z');
  for (const text of ['first', 'second', 'first']) {
    await write('a.csv', text);
    if (text === 'first') utimesSync(join(folder, 'in', 'a.csv'), then, then);
    await db.query('SELECT pg_sleep(0.005)');
    expect(await look()).toMatchObject({ events: 1, trouble: null });
  }
  expect(await started()).toEqual(['a.csv', 'a.csv', 'a.csv']);
});

test('a file that lies there is noted to be there, whether it is read again or not', async () => {
  await write('a.csv');
  await look();
  const there = async () => (await db.query<{ at: string }>('SELECT there_at AS at FROM sensor_files')).rows[0]?.at;
  const first = await there();
  expect(first).toEqual(expect.any(String));
  await db.query(`UPDATE sensor_files SET there_at = now() - interval '300 days'`);
  expect(await look()).toMatchObject({ events: 0 });
  expect(Date.parse((await there()) ?? '')).toBeGreaterThanOrEqual(Date.parse(first ?? ''));
});

test('it is looked once in an interval, whoever looks', async () => {
  const slow = { ...arrivals, every: 3_600_000 } satisfies Sensor;
  expect(await look(slow, false)).not.toBeNull();
  expect(await look(slow, false)).toBeNull();
  expect(await look(slow, true)).not.toBeNull();
});

test('a transaction that fails leaves nothing of a look, says so, and the next look sees the same', async () => {
  await insert([[1, '2026-01-01T00:00Z']]);
  await write('a.csv');
  await db.query(
    `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$`,
  );
  await db.query('CREATE TRIGGER fail BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION fail()');
  for (const sensor of [arrivals, orders]) expect((await look(sensor))?.trouble).toContain('the disk is full');
  await db.query('DROP TRIGGER fail ON outbox');
  expect((await state())?.error).toContain('the disk is full');
  expect((await db.query('SELECT FROM sensor_events')).rowCount).toBe(0);
  expect((await db.query('SELECT FROM sensor_files')).rowCount).toBe(0);
  for (const sensor of [arrivals, orders]) expect(await look(sensor)).toMatchObject({ events: 1, trouble: null });
  expect((await state())?.error).toBeNull();
});

test('what the pipeline refuses starts nothing, is kept with the reason, and holds up no other', async () => {
  await write('bad!.csv');
  await write('good.csv');
  expect(await look()).toMatchObject({ events: 2 });
  expect(await started()).toEqual(['good.csv']);
  expect(await state()).toMatchObject({ events: 2, refused: 1 });
  const refused = (await listSensorEvents(db, { pipeline: 'load', sensor: 'arrivals' }, { limit: 5 })).find(
    (e) => e.error,
  );
  expect(refused).toMatchObject({ run: null, payload: { name: 'bad!.csv' } });
  expect(refused?.error).toContain('PER_RUN_013');
});

test('a folder that is gone is told, and forgotten when it is back', async () => {
  rmSync(join(folder, 'in'), { recursive: true });
  expect((await look())?.trouble).toContain('PER_RUN_185');
  mkdirSync(join(folder, 'in'));
  await write('a.csv');
  expect(await look()).toMatchObject({ events: 1, trouble: null });
});

test('watermarks that are equal and read differently are one: no row comes twice', async () => {
  await db.query('CREATE TABLE amounts (id int, at numeric)');
  const amounts = { ...orders, query: 'SELECT id, at FROM amounts' };
  for (const [id, at] of [
    [1, '1.0'],
    [2, '1.00'],
  ]) {
    await db.query('INSERT INTO amounts VALUES ($1, $2::numeric)', [id, at]);
    await look(amounts);
  }
  expect(await look(amounts)).toMatchObject({ events: 0, trouble: null });
  expect(await started()).toEqual([['1'], ['2']]);
});

test('rows come in order, some at a time, each once; those that share the watermark of the last look are not lost', async () => {
  const day = (n: number): string => `2026-01-0${n}T00:00:00.000001Z`;
  await insert([
    [5, day(3)],
    [2, day(1)],
    [1, day(1)],
    [4, day(2)],
    [3, day(2)],
    [9, null],
  ]);
  expect(await look(orders)).toMatchObject({ events: 1, more: true });
  expect(await look(orders)).toMatchObject({ events: 1, more: false });
  expect(await started()).toEqual([
    ['1', '2', '3'],
    ['4', '5'],
  ]);
  expect(await look(orders)).toMatchObject({ events: 0, more: false, trouble: null });
  // With the latest watermark, one of them with a smaller id.
  await insert([
    [0, day(3)],
    [6, day(3)],
  ]);
  await look(orders);
  // Changed: it comes again.
  await db.query('UPDATE orders SET at = $1 WHERE id = 1', [day(4)]);
  await look(orders);
  expect(await started()).toEqual([['1', '2', '3'], ['4', '5'], ['0', '6'], ['1']]);
  const [, before] = await listSensorEvents(db, { pipeline: 'load', sensor: 'orders' }, { limit: 2 });
  expect(before?.payload).toEqual({
    from: '2026-01-03 00:00:00.000001+00',
    to: '2026-01-03 00:00:00.000001+00',
    count: 2,
    ids: ['0', '6'],
  });
});

test('a watermark that goes back is told, and what comes after it is seen', async () => {
  await insert([
    [1, '2026-01-01T00:00Z'],
    [2, '2026-01-02T00:00Z'],
  ]);
  await look(orders);
  await db.query('DELETE FROM orders WHERE id = 2');
  expect((await look(orders))?.trouble).toMatch(/PER_RUN_188.*2026-01-02.*2026-01-01/);
  await db.query('TRUNCATE orders');
  expect((await look(orders))?.trouble).toMatch(/PER_RUN_188.*no rows any more/);
  await insert([[3, '2026-01-03T00:00Z']]);
  expect(await look(orders)).toMatchObject({ events: 1, trouble: null });
});

test.each([
  ['fails', 'SELECT id, at FROM nowhere', /PER_RUN_187.*42P01/],
  [
    'writes',
    'WITH made AS (INSERT INTO orders (id, at) VALUES (1, now()) RETURNING *) SELECT id, at FROM made',
    /PER_RUN_187/,
  ],
  ['calls what writes', `SELECT setval('s', 5) AS id, now() AS at`, /PER_RUN_187.*25006/],
  ['gives no ids', 'SELECT NULL::int AS id, now() AS at', /PER_RUN_192/],
  ['gives an id twice', 'SELECT 1 AS id, now() AS at UNION ALL SELECT 1, now()', /PER_RUN_192/],
])('a query that %s is told, and starts nothing', async (_what, text, said) => {
  await db.query('CREATE SEQUENCE IF NOT EXISTS s');
  const trouble = (await look(onRows('orders', { ...ids, query: text, config: (rows) => ({ name: rows.to }) })))
    ?.trouble;
  expect(trouble).toMatch(said);
  expect(await started()).toEqual([]);
  expect((await db.query('SELECT FROM orders')).rowCount).toBe(0);
});
