// Danger: a late correction leaks into the past, an old value passes for a fresh one, or a join that cannot be meant runs.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { withDuckdb } from '../../../activities/data/duckdb';
import { joinRows, type FeatureFile } from '../../../activities/join/join-rows';
import { pipeline } from '../../../core';
import { Dataset, FeatureTable, joinAsOf } from '../../../steps';
import { bench, refused } from '../data/parquet';

const { work, write, writeRows, read } = bench();

const rowColumns = { customer: 'VARCHAR', at: 'TIMESTAMP' };
const recordColumns = { who: 'VARCHAR', booked: 'TIMESTAMP', loaded: 'TIMESTAMP', balance: 'DOUBLE' };
const balances = { on: { customer: 'who' }, time: 'booked', known: 'loaded', take: { balance: 'balance' } };

async function joined(rows: readonly object[], records: readonly object[], more: Partial<FeatureFile> = {}) {
  const path = await writeRows('rows.parquet', rowColumns, rows);
  const theirs = await writeRows('records.parquet', recordColumns, records);
  const features = new Map([['balances', { ...balances, path: theirs, ...more }]]);
  const { rows: made, features: counts } = await joinRows(work, { path, time: 'at', features });
  // An infinite instant is nothing that JavaScript could read.
  const got = await withDuckdb({ ...work, reads: [made.path] }, (duck) =>
    duck.rows(z.object({ balance: z.number().nullable() }), 'SELECT balance FROM read_parquet($path)', {
      path: made.path,
    }),
  );
  return { values: got.map(({ balance }) => balance), counts: counts.get('balances') };
}

const asking = (...days: string[]) => days.map((day) => ({ customer: 'a', at: `2026-01-${day}` }));
const record = (booked: string, loaded: string, balance: number) => ({
  who: 'a',
  booked: `2026-01-${booked}`,
  loaded: `2026-01-${loaded}`,
  balance,
});

test('a correction counts from the instant at which it arrived, and for its own event alone', async () => {
  const records = [record('01', '01', 1), record('05', '06', 5), record('01', '08', 1.5), record('05', '09', 5.5)];
  const { values, counts } = await joined(asking('01', '05', '06', '08', '09'), records);
  expect(values).toEqual([1, 1, 5, 5, 5.5]);
  // Of the 1st one was told of the correction that came on the 8th; of the 5th nothing had come, and so on to the 8th.
  expect(counts).toEqual({ matched: 5, tooOld: 0, notYetKnown: 0, absent: 0, unasked: 0, withheld: 4 });
});

test('a value at its greatest age is taken, and one a microsecond older is not', async () => {
  const rows = [
    { customer: 'a', at: '2026-01-03 00:00:00' },
    { customer: 'a', at: '2026-01-03 00:00:00.000001' },
  ];
  const { values, counts } = await joined(rows, [record('01', '01', 1)], { maxAge: '2d' });
  expect(values).toEqual([1, null]);
  expect(counts).toMatchObject({ matched: 1, tooOld: 1 });
});

test('what is known some time after its event is not known before', async () => {
  const { values, counts } = await joined(asking('02', '03'), [record('01', '01', 1)], { known: { after: '36h' } });
  expect(values).toEqual([null, 1]);
  expect(counts).toMatchObject({ matched: 1, notYetKnown: 1, withheld: 1 });
});

test('rows without key or instant, and records without either, take no part; infinite instants are none', async () => {
  const rows = [
    { customer: null, at: '2026-01-09' },
    { customer: 'a', at: null },
    { customer: 'a', at: 'infinity' },
    { customer: 'b', at: '2026-01-09' },
    { customer: 'a', at: '2026-01-09' },
  ];
  const records = [
    { ...record('01', '01', 1), who: null },
    { ...record('02', '02', 2), booked: null },
    { ...record('03', '03', 3), loaded: null },
    { ...record('04', '04', 4), booked: '-infinity' },
    { ...record('05', '05', 5), loaded: 'infinity' },
    record('01', '02', 7),
  ];
  const { values, counts } = await joined(rows, records);
  expect(values).toEqual([null, null, null, null, 7]);
  expect(counts).toEqual({ matched: 1, tooOld: 0, notYetKnown: 0, absent: 1, unasked: 3, withheld: 0 });
});

test('of records that tie in event and arrival the last of the file is taken, and a null is a value like any other', async () => {
  const same = [record('01', '01', 1), record('01', '01', 2)];
  expect((await joined(asking('02'), same)).values).toEqual([2]);
  const gone = [...same, { ...record('01', '01', 0), balance: null }];
  expect(await joined(asking('02'), gone)).toMatchObject({ values: [null], counts: { matched: 1 } });
});

test('without any data set of features the rows stay as they are, to the byte', async () => {
  const path = await write('plain.parquet', `SELECT i, TIMESTAMP '2026-01-01' AS "at" FROM range(5000) r(i)`);
  const { rows } = await joinRows(work, { path, time: 'at', features: new Map() });
  expect(readFileSync(rows.path).equals(readFileSync(path))).toBe(true);
});

test('a key of several columns, and instants of other types, agree', async () => {
  const path = await write('r.parquet', `SELECT 1::INTEGER AS a, 'x' AS b, DATE '2026-01-02' AS "at"`);
  const theirs = await write(
    't.parquet',
    `SELECT * FROM (VALUES (1::BIGINT, 'x', TIMESTAMPTZ '2026-01-01 12:00:00+00', 10), (1, 'y', '2026-01-01 13:00:00+00', 20)) t(k, b, e, v)`,
  );
  const table = { path: theirs, on: { a: 'k', b: 'b' }, time: 'e', known: 'e', take: { v: 'v' } };
  const { rows } = await joinRows(work, { path, time: 'at', features: new Map([['t', table]]) });
  expect(await read(rows.path)).toMatchObject([{ a: 1, b: 'x', v: 10 }]);
});

test('what cannot be joined is refused, and named', async () => {
  const one = [record('01', '01', 1)];
  await refused(joined(asking('02'), one, { on: { customer: 'gone' } }), 'PER_DATA_003', "'gone'", "'balances'");
  await refused(joined(asking('02'), one, { on: { customer: 'balance' } }), 'PER_DATA_012', "'customer'", "'balance'");
  await refused(joined(asking('02'), one, { known: 'balance' }), 'PER_DATA_012', "'balance'");
  await refused(joined(asking('02'), one, { take: { Customer: 'balance' } }), 'PER_DATA_015', "'Customer'");
  await refused(joined(asking('02'), one, { take: { A: 'balance', a: 'balance' } }), 'PER_DATA_015', "'a'");
});

test('a definition that contradicts the contract is refused where it is written', () => {
  const define = (table: object) =>
    pipeline('joining', {
      config: z.object({ rows: Dataset, records: Dataset }),
      graph: (g, config) =>
        g.run(joinAsOf, {
          dataset: config.rows,
          time: 'at',
          features: { balances: { ...balances, dataset: config.records, ...table } },
        }),
    });
  expect(() => define({})).not.toThrow();
  expect(() => define({ maxAge: 'a month' })).toThrow(/PER_DEF_070.*features\.balances\.maxAge: a length of time/);
  expect(() => define({ known: { after: 'soon' } })).toThrow(/PER_DEF_070/);
  expect(() => define({ maxage: '1d' })).toThrow(/PER_DEF_070.*maxage/);
  expect(FeatureTable.safeParse({ ...balances, dataset: 'a'.repeat(64), on: {} }).success).toBe(false);
});
