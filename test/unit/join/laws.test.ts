// Danger: a row gets a value that nobody knew at its instant (a model learns from the future), another than the one that was
// known, or other bytes on another number of threads.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { z } from 'zod';
import { type FeatureFile, joinRows } from '../../../activities/join/join-rows';
import { bench } from '../data/parquet';
import { type Answer, type Asking, naiveAnswer, type Told } from './naive';

const { work, write, writeRows, read } = bench();

// Few keys and few instants, so that events are corrected, tie and come late.
const key = fc.option(fc.constantFrom('a', 'b', 'ü'), { freq: 8 });
const instant = fc.option(fc.integer({ min: 0, max: 12 }), { freq: 10 });
const told = fc.array(
  fc.record<Told>({ key, event: instant, known: instant, value: fc.option(fc.integer({ min: 0, max: 99 })) }),
  { minLength: 10, maxLength: 40 },
);
const asking = fc.array(fc.record<Asking>({ key, at: instant }), { minLength: 5, maxLength: 40 });
const table = fc.record({ told, maxAge: fc.option(fc.integer({ min: 0, max: 6 })) });

const text = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

async function fileOf(name: string, records: readonly Told[], maxAge: number | null): Promise<FeatureFile> {
  const path = await writeRows(
    `${name}.parquet`,
    { who: 'VARCHAR', event: 'TIMESTAMP', known: 'TIMESTAMP', value: 'BIGINT' },
    records.map((r) => ({ who: r.key, event: text(r.event), known: text(r.known), value: r.value })),
  );
  return {
    path,
    on: { key: 'who' },
    time: 'event',
    known: 'known',
    take: { [name]: 'value' },
    ...(maxAge === null ? {} : { maxAge: `${maxAge}ms` }),
  };
}

async function rowsFile(rows: readonly Asking[]): Promise<string> {
  const columns = { i: 'INTEGER', key: 'VARCHAR', at: 'TIMESTAMP' };
  return writeRows(
    'rows.parquet',
    columns,
    rows.map((row, i) => ({ i, key: row.key, at: text(row.at) })),
  );
}

const Row = z.looseObject({ i: z.int(), one: z.int().nullable(), two: z.int().nullable() });

function countsOf(answers: readonly Answer[]) {
  const count = (outcome: Answer['outcome']): number => answers.filter((a) => a.outcome === outcome).length;
  return {
    matched: count('matched'),
    tooOld: count('tooOld'),
    notYetKnown: count('notYetKnown'),
    absent: count('absent'),
    unasked: count('unasked'),
    withheld: answers.filter(({ withheld }) => withheld).length,
  };
}

test('two data sets of features: every value, every count and the order are those of the naive model, and the bytes are the same on two threads and on three', async () => {
  const seen = { withheld: 0, tooOld: 0, notYetKnown: 0, matched: 0 };
  await fc.assert(
    fc.asyncProperty(asking, table, table, async (rows, one, two) => {
      const features = new Map([
        ['one', await fileOf('one', one.told, one.maxAge)],
        ['two', await fileOf('two', two.told, two.maxAge)],
      ]);
      const path = await rowsFile(rows);
      const bytes: string[] = [];
      for (const threads of [2, 3]) {
        const joined = await joinRows({ ...work, threads }, { path, time: 'at', features });
        const got = z.array(Row).parse(await read(joined.rows.path));
        const answers = { one: answersTo(rows, one), two: answersTo(rows, two) };
        expect(got.map((row) => [row.i, row.one, row.two])).toEqual(
          rows.map((_, i) => [i, answers.one[i]?.value, answers.two[i]?.value]),
        );
        expect(Object.fromEntries(joined.features)).toEqual({ one: countsOf(answers.one), two: countsOf(answers.two) });
        bytes.push(digest(joined.rows.path));
        const counts = countsOf(answers.one);
        for (const outcome of ['withheld', 'tooOld', 'notYetKnown', 'matched'] as const)
          seen[outcome] += counts[outcome];
      }
      expect(bytes[1]).toBe(bytes[0]);
    }),
    { numRuns: 25, seed: 11 },
  );
  // The draw has to reach what the test is about.
  for (const outcome of ['withheld', 'tooOld', 'notYetKnown', 'matched'] as const) {
    expect(seen[outcome]).toBeGreaterThan(20);
  }
}, 300_000);

function answersTo(
  rows: readonly Asking[],
  { told: records, maxAge }: { told: Told[]; maxAge: number | null },
): Answer[] {
  return rows.map((row) => naiveAnswer(row, records, maxAge));
}

test('a join that ignores when a value was known is told apart by the model: the draw holds leaks', async () => {
  // The mutant: the same join told that each record was known at its event.
  let leaks = 0;
  await fc.assert(
    fc.asyncProperty(asking, told, async (rows, records) => {
      const honest = await fileOf('one', records, null);
      const path = await rowsFile(rows);
      const leaking = new Map([['one', { ...honest, known: 'event' }]]);
      const { rows: joined } = await joinRows(work, { path, time: 'at', features: leaking });
      const got = z.array(z.looseObject({ one: z.int().nullable() })).parse(await read(joined.path));
      const right = rows.map((row) => naiveAnswer(row, records, null));
      leaks += got.filter((row, i) => row.one !== right[i]?.value).length;
    }),
    { numRuns: 20, seed: 12 },
  );
  expect(leaks).toBeGreaterThan(20);
}, 120_000);

test('over several row groups, of rows and of records, the bytes are the same on two threads, three and eight', async () => {
  const of = (rows: number, more: string) =>
    `SELECT i, 'key ' || hash(i) % 40000 AS key, TIMESTAMP '2001-01-01' + to_seconds(hash(i + 1) % 1000000) AS "at"${more} FROM range(${rows}) t(i)`;
  const path = await write('many-rows.parquet', of(400_000, ''));
  const records = await write(
    'many-records.parquet',
    of(300_000, ', "at" + to_seconds(i % 5000) AS known, i AS value'),
  );
  const features = new Map<string, FeatureFile>([
    ['one', { path: records, on: { key: 'key' }, time: 'at', known: 'known', take: { one: 'value' } }],
    ['two', { path: records, on: { key: 'key' }, time: 'at', known: 'at', take: { two: 'value' }, maxAge: '10h' }],
  ]);
  const made = [];
  for (const threads of [2, 3, 8]) {
    const joined = await joinRows({ ...work, threads }, { path, time: 'at', features });
    expect(joined.rows.rows).toBe(400_000);
    expect(joined.features.get('one')?.matched).toBeGreaterThan(100_000);
    expect(joined.features.get('two')?.tooOld).toBeGreaterThan(1_000);
    made.push([digest(joined.rows.path), [...joined.features]]);
  }
  expect(made).toEqual([made[0], made[0], made[0]]);
}, 120_000);
