// Danger: a query changes the database it reads, loses or bends values on their way, reads a window twice or never, goes on after
// its run was cancelled; or its password stands in records.
import type { MockActivityEnvironment } from '@temporalio/testing';
import { z } from 'zod';
import { collectSteps } from '../../activities/collect';
import { withDuckdb } from '../../activities/data/duckdb';
import { openResources } from '../../activities/run-step/resources';
import type { Json } from '../../core';
import { collect } from '../../steps';
import type { Columns } from '../../steps';
import { type Execution, quiet, setStepStage, type StepStage } from './step-stage';

jest.setTimeout(120_000);

const PASSWORD = 'canary-password-5521';
let stage: StepStage;
let connection: Readonly<Record<string, Json>>;
let password: string;

beforeAll(async () => {
  stage = await setStepStage('collect-postgres', [collectSteps]);
  process.env['DATABASE_URL'] = stage.databaseUrl;
  const url = new URL(stage.databaseUrl);
  await stage.db.query(`CREATE TYPE mood AS ENUM ('good', 'bad')`);
  await stage.db.query(
    `CREATE TABLE orders (at timestamptz, day timestamp, n bigint, x double precision, price numeric, t text, mood mood, ok boolean)`,
  );
  await stage.db.query(`CREATE SEQUENCE seen`);
  password = decodeURIComponent(url.password) || PASSWORD;
  connection = {
    host: url.hostname,
    port: Number(url.port),
    database: url.pathname.slice(1),
    user: decodeURIComponent(url.username),
    password,
    ssl: false,
  };
});
beforeEach(() => stage.db.query('TRUNCATE orders'));
afterAll(() => stage.end());

const window = { from: '2001-01-01T00:00:00.000Z', to: '2002-01-01T00:00:00.000Z' };
const columns: Columns = { at: 'timestamp', n: 'integer' };

async function collected(
  query: string,
  more: Readonly<Record<string, Json>> = {},
  execution: Execution = {},
  given: Json = connection,
) {
  const resources = await openResources([collect], [], { warehouse: given });
  const source = { kind: 'postgres', resource: 'warehouse', query };
  const dependencies = { ...stage.dependencies, resources };
  const input = { source, columns, time: 'at', window, ...more };
  const { run, output } = await stage.execute('collect', input, { dependencies, ...execution });
  return { run, ...collect.output.parse(output) };
}

async function rowsOf(digest: string): Promise<unknown[]> {
  const path = await stage.dependencies.artifacts.pathOf(digest);
  const signal = new AbortController().signal;
  return withDuckdb({ reads: [path], scratch: stage.root, signal }, (duck) =>
    duck.rows(z.unknown(), 'SELECT * FROM read_parquet($path)', { path }),
  );
}

test('every value arrives as it was, nulls and empty texts told apart', async () => {
  await stage.db.query(
    `INSERT INTO orders VALUES
      ('2001-01-01 01:00:00+01', '2001-01-01', 9007199254740991, 'Infinity', 0.1, '', 'bad', true),
      ('2001-06-01 00:00:00.123456Z', '2001-06-01', NULL, 'NaN', 123456.789, NULL, NULL, NULL),
      ('2001-07-01Z', '9999-12-31', -1, 1e-300, -1, E'a "b", c\\n😀', 'good', false)`,
  );
  const declared: Columns = {
    ...{ at: 'timestamp', day: 'timestamp', n: 'integer', x: 'number', price: 'number' },
    ...{ t: 'text', mood: 'text', ok: 'boolean' },
  };
  const { dataset } = await collected('SELECT *, 1 AS other FROM orders -- all;', { columns: declared });
  expect(await rowsOf(dataset)).toEqual([
    {
      at: new Date('2001-01-01'),
      day: new Date('2001-01-01'),
      n: 9007199254740991,
      x: Infinity,
      price: 0.1,
      t: '',
      mood: 'bad',
      ok: true,
    },
    {
      at: new Date('2001-06-01T00:00:00.123Z'),
      day: new Date('2001-06-01'),
      n: null,
      x: NaN,
      price: 123456.789,
      t: null,
      mood: null,
      ok: null,
    },
    {
      at: new Date('2001-07-01'),
      day: new Date('9999-12-31'),
      n: -1,
      x: 1e-300,
      price: -1,
      t: 'a "b", c\n😀',
      mood: 'good',
      ok: false,
    },
  ]);
});

test('only the window is asked for, and the same rows make the same version in whatever order they lie', async () => {
  const fill = (order: string): Promise<unknown> =>
    stage.db.query(
      `INSERT INTO orders (at, n) SELECT '2000-12-31Z'::timestamptz + i * interval '1 hour', i FROM generate_series(0, 12000) i ORDER BY ${order}`,
    );
  await fill('i');
  const first = await collected('SELECT at, n FROM orders;');
  expect(first).toMatchObject({ rows: 8_760, from: window.from, to: '2001-12-31T23:00:00.000Z' });
  await stage.db.query('TRUNCATE orders');
  await fill('md5(i::text)');
  expect((await collected('SELECT at, n FROM orders;')).dataset).toBe(first.dataset);
});

test('fresh rows are those after the newest that was collected', async () => {
  const query = 'SELECT at, n FROM orders WHERE true';
  await stage.db.query(`INSERT INTO orders (at, n) VALUES ('2001-01-01 00:00:00.000001Z', 1)`);
  expect((await collected(query, { fresh: true })).rows).toBe(1);
  await expect(collected(query, { fresh: true })).rejects.toMatchObject({ type: 'PER_DATA_043' });
  await stage.db.query(`INSERT INTO orders (at, n) VALUES ('2001-01-01 00:00:00.000002Z', 2)`);
  const { dataset } = await collected(query, { fresh: true });
  expect(await rowsOf(dataset)).toMatchObject([{ n: 2 }]);
});

test.each([
  ['changes what it reads', `SELECT at, nextval('seen') AS n FROM orders`, 'PER_DATA_040', 'read-only'],
  [
    'is two statements',
    `SELECT at, n FROM orders) q; COMMIT; DROP TABLE orders; SELECT * FROM (SELECT 1`,
    'PER_DATA_040',
    'multiple commands',
  ],
  ['names what is not there', 'SELECT at, n FROM nowhere', 'PER_DATA_040', 'nowhere'],
  ['lacks a column', 'SELECT at FROM orders', 'PER_DATA_003', "'n'"],
  ['has a column twice', 'SELECT at, n, n FROM orders', 'PER_DATA_015', "'n' twice"],
  ['has a column of another type', `SELECT at, n::text AS n FROM orders`, 'PER_DATA_004', 'cast it'],
])('a query that %s is refused', async (_, query, code, said) => {
  await stage.db.query(`INSERT INTO orders (at, n) VALUES ('2001-01-01Z', 1)`);
  const refusal = collected(query);
  await expect(refusal).rejects.toMatchObject({ type: code, nonRetryable: true });
  await expect(refusal).rejects.toThrow(said);
  expect((await stage.db.query('SELECT n FROM orders')).rows).toHaveLength(1);
});

test('a database that is not there is asked again, and no record or error has the password', async () => {
  await stage.db.query(`INSERT INTO orders (at, n) VALUES ('2001-01-01Z', 1)`);
  const wrong = { ...connection, password: PASSWORD, port: 1 };
  const failing = collected('SELECT at, n FROM orders', {}, {}, wrong);
  await expect(failing).rejects.toMatchObject({ type: 'PER_DATA_041', nonRetryable: false });
  const error: unknown = await failing.catch((e: unknown) => e);
  const { run } = await collected('SELECT at, n FROM orders');
  const { rows } = await stage.db.query<{ said: string }>(
    `SELECT row_to_json(n)::text || coalesce(row_to_json(c)::text, '') || coalesce(row_to_json(e)::text, '') AS said
     FROM nodes n LEFT JOIN collections c USING (run_id, address) LEFT JOIN executions e USING (run_id, address)`,
  );
  expect(rows.length).toBeGreaterThan(0);
  const said = `${rows.map((row) => row.said).join()}${JSON.stringify(error)}${String(error)}`;
  expect(said).toContain(run);
  expect(said).not.toContain(PASSWORD);
  expect(said).not.toContain(password);
});

test.each([
  ['has no value', undefined, 'PER_RUN_060'],
  ['is no connection', { host: 'db', database: 5, password: PASSWORD }, 'PER_RUN_061'],
])('a resource that %s is refused without a word of it', async (_, given, code) => {
  const resources = await openResources([collect], [], given === undefined ? {} : { warehouse: given });
  const source = { kind: 'postgres', resource: 'warehouse', query: 'SELECT 1' };
  const refusal = stage.execute(
    'collect',
    { source, columns, time: 'at', window },
    { dependencies: { ...stage.dependencies, resources } },
  );
  await expect(refusal).rejects.toMatchObject({ type: code });
  await expect(refusal).rejects.not.toThrow(PASSWORD);
});

test('a query ends in the database, too, when its run is cancelled', async () => {
  await stage.db.query(`INSERT INTO orders (at, n) VALUES ('2001-01-01Z', 1)`);
  const environment: MockActivityEnvironment = quiet();
  const running = collected('SELECT at, n FROM orders, pg_sleep(600)', {}, { environment });
  const settled = running.then(
    () => 'done',
    () => 'ended',
  );
  const isRunning = async (): Promise<boolean> => {
    const { rows } = await stage.db.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'perennial collect' AND query LIKE 'FETCH%' AND state = 'active' AND datname = current_database()`,
    );
    return rows.length > 0;
  };
  while (!(await isRunning()));
  environment.cancel();
  expect(await settled).toBe('ended');
  while (await isRunning());
});
