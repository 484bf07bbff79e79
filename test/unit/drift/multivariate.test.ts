// Danger: columns cease to go together and nothing says so, since each by itself stays as it was; or an alarm where nothing
// has changed. Reference figures: NannyML 0.13.1 (DataReconstructionDriftCalculator, chunks of 500 rows, its defaults)
// with scikit-learn 1.9.1 and category_encoders 2.11.2; AUC by scikit-learn's roc_auc_score, DeLong's variance by numpy
// (nannyml/multivariate.py).
import {
  aucWithVariance,
  compareCounts,
  type ColumnCounts,
  domainClassifier,
  readTable,
  reconstructionDrift,
  type RowTable,
  type TableColumn,
} from '../../../activities/monitor/drift';
import { bench } from '../data/parquet';
import { uniform } from './uniform';

const { write } = bench();

/** The generator that the script in Python has, too: exact in doubles. */
function draw(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32;
}

/** Five columns, two of which go together; where flipped, the other way around. */
function rows(count: number, seed: number, isFlipped: boolean): RowTable {
  const next = draw(seed);
  const made = Array.from({ length: count }, () => {
    const [a, b, c, d, e] = [next(), next(), next(), next(), next()];
    const x = a * 10;
    const y = (isFlipped ? 10 - x : x) + b;
    const k = d < 0.04 ? null : (['a', 'b', 'c'][Math.min(2, Math.floor(d * d * 3))] ?? null);
    return { x, y, z: c > 0.05 ? c * 3 : NaN, k, w: e * 100 + y };
  });
  const number = (name: 'x' | 'y' | 'z' | 'w'): TableColumn => ({
    name,
    kind: 'number',
    values: Float64Array.from(made, (row) => row[name]),
  });
  const columns: TableColumn[] = [
    number('x'),
    number('y'),
    number('z'),
    { name: 'k', kind: 'category', values: made.map(({ k }) => k) },
    number('w'),
  ];
  return { rows: count, columns };
}

function part({ columns }: RowTable, from: number, to: number): RowTable {
  const cut = columns.map((column): TableColumn =>
    column.kind === 'number'
      ? { ...column, values: column.values.slice(from, to) }
      : { ...column, values: column.values.slice(from, to) },
  );
  return { rows: to - from, columns: cut };
}

function near(value: number | undefined, expected: number): void {
  expect(Math.abs((value ?? NaN) / expected - 1)).toBeLessThan(1e-9);
}

test('reconstruction errors and their band are those of NannyML', () => {
  const reference = rows(2_000, 7, false);
  const steady = rows(500, 8, false);
  const unseen = steady.columns.map((column): TableColumn =>
    column.kind === 'category' ? { ...column, values: column.values.map((k, i) => (i === 3 ? 'new' : k)) } : column,
  );
  const chunks = [0, 500, 1_000, 1_500].map((from) => part(reference, from, from + 500));
  const drift = reconstructionDrift(chunks, [{ ...steady, columns: unseen }, rows(500, 9, true)]);
  const errors = [0.7889253111179327, 0.8298209541235292, 0.77928905197936, 0.8360376215599149];
  for (const [i, error] of errors.entries()) near(drift.reference[i], error);
  near(drift.band.high, 0.8827546013979886);
  near(drift.band.low, 0.7342818679923799);
  near(drift.chunks[0]?.error, 0.8448873643258445);
  near(drift.chunks[1]?.error, 1.5480808952027765);
  near(drift.chunks[0]?.samplingError ?? NaN, 0.02669026447825028);
  near(drift.chunks[1]?.samplingError ?? NaN, 0.02973818982794413);
  expect(drift.chunks.map(({ alarm }) => alarm)).toEqual([false, true]);
});

test("the area under the curve is scikit-learn's, and its variance is DeLong's, ties among the scores", () => {
  const next = draw(21);
  const scored = Array.from({ length: 200 }, (_, i) => ({
    isPositive: i % 3 === 0,
    score: Number((Math.round(next() * 20) / 20 + (i % 3 === 0 ? 0.15 : 0)).toFixed(10)),
  }));
  const of = (isPositive: boolean): number[] => scored.flatMap((s) => (s.isPositive === isPositive ? [s.score] : []));
  const estimate = aucWithVariance(of(true), of(false));
  near(estimate?.auc, 0.6406127258444619);
  near(estimate?.variance, 0.0015740888325550498);
  expect(aucWithVariance([1], [0, 0])).toBeNull();
});

/** Two columns between 0 and 1 that go together, or against each other: by itself each is the same. */
function pair(count: number, seed: number, isFlipped: boolean): RowTable {
  const next = uniform(seed);
  const a = Float64Array.from({ length: count }, () => next());
  // The noise runs around, so that the second column is uniform whichever way it goes.
  const b = a.map((value) => ((isFlipped ? 1 - value : value) + next() * 0.1) % 1);
  return {
    rows: count,
    columns: [
      { name: 'a', kind: 'number', values: a },
      { name: 'b', kind: 'number', values: b },
    ],
  };
}

function countsOf(table: RowTable, i: number): ColumnCounts {
  const column = table.columns[i];
  const values = column?.kind === 'number' ? [...column.values].map((value) => ({ value, rows: 1 })) : [];
  return { kind: 'number', values, missing: 0 };
}

test('a correlation that flips while each column stays: no statistic by column says so, both over all columns do', async () => {
  const chunks = [1, 2, 3, 4, 5, 6].map((seed) => pair(1_000, seed * 1_001, false));
  const [before, after] = [pair(1_000, 99_001, false), pair(1_000, 99_002, true)];
  for (const i of [0, 1]) {
    const { statistics } = compareCounts(countsOf(before, i), countsOf(after, i));
    expect(statistics.psi).toBeLessThan(0.05);
    expect(statistics['jensen-shannon']).toBeLessThan(0.1);
    expect(statistics['kolmogorov-smirnov']).toBeLessThan(0.06);
  }
  const { chunks: judged } = reconstructionDrift(chunks, [before, after]);
  expect(judged.map(({ alarm }) => alarm)).toEqual([false, true]);
  const drift = await domainClassifier(before, after);
  expect(drift.alarm).toBe(true);
  expect(drift.auc).toBeGreaterThan(0.85);
  expect(drift.low).toBeLessThan(drift.auc);
  expect(drift.high).toBeGreaterThan(drift.auc);
});

test('a sample dealt into two: no alarm, and the interval holds 0.5', async () => {
  const { rows: count, columns } = pair(2_000, 5, false);
  const dealt = (rest: number): RowTable => ({
    rows: count / 2,
    columns: columns.flatMap((column) =>
      column.kind === 'number' ? [{ ...column, values: column.values.filter((_, i) => i % 2 === rest) }] : [],
    ),
  });
  const drift = await domainClassifier(dealt(0), dealt(1));
  expect(drift.alarm).toBe(false);
  expect(drift.low).toBeLessThanOrEqual(0.5);
  expect(drift.high).toBeGreaterThanOrEqual(0.5);
});

test('a sample against itself: no alarm, and the same figures again', async () => {
  // Each row has its double on the other side, which a tree learns by the wrong name: the area lies far below 0.5.
  const table = pair(1_000, 5, false);
  const drift = await domainClassifier(table, table);
  expect(drift.alarm).toBe(false);
  expect(drift.auc).toBeLessThan(0.55);
  const again = await domainClassifier(table, table);
  expect(again).toEqual(drift);
});

test('of rows that are like each other few lie off 0.5 by the interval, and none reaches the threshold', async () => {
  let off = 0;
  const trials = 60;
  for (let trial = 0; trial < trials; trial++) {
    const [before, after] = [rows(200, 1_000 + trial, false), rows(200, 5_000_000 + trial * 7_919, false)];
    const drift = await domainClassifier(before, after, { parameters: { trees: 15, leaves: 6 }, seed: trial });
    expect(drift.alarm).toBe(false);
    if (drift.low > 0.5) off++;
  }
  // 2.5 % are meant; the binomial chance of more than 6 of 60 is below 1 in 1,000.
  expect(off).toBeLessThanOrEqual(6);
}, 120_000);

test('of steady chunks few are outside of the band', () => {
  let alarms = 0;
  const trials = 100;
  for (let trial = 0; trial < trials; trial++) {
    const chunks = Array.from({ length: 21 }, (_, i) => pair(200, 1 + trial * 100_003 + i * 4_001, false));
    const { chunks: judged } = reconstructionDrift(chunks.slice(0, 20), chunks.slice(20));
    if (judged[0]?.alarm === true) alarms++;
  }
  // With 20 chunks mean ± 3 deviations lies at a quantile of Student's t of about 0.8 %.
  expect(alarms).toBeLessThanOrEqual(5);
});

test('rows are read from files with their missing values, in their order', async () => {
  const path = await write(
    'table.parquet',
    `SELECT * FROM (VALUES (1, 'a', 1.5::DOUBLE, true), (2, NULL, 'nan', false), (NULL, 'b', 'inf', NULL)) t(i, t, x, b)`,
  );
  const table = await readTable({ files: [path] }, ['i', 't', 'x', 'b', { name: 'half', expression: 'i / 2' }]);
  expect(table).toEqual({
    rows: 3,
    columns: [
      { name: 'i', kind: 'number', values: Float64Array.from([1, 2, NaN]) },
      { name: 't', kind: 'category', values: ['a', null, 'b'] },
      { name: 'x', kind: 'number', values: Float64Array.from([1.5, NaN, NaN]) },
      { name: 'b', kind: 'category', values: ['true', 'false', null] },
      { name: 'half', kind: 'number', values: Float64Array.from([0.5, 1, NaN]) },
    ],
  });
});

test('a category with more values than a trainer has codes is judged by the frequent ones', async () => {
  const table = (shift: number): RowTable => ({
    rows: 1_200,
    columns: [
      { name: 'k', kind: 'category', values: Array.from({ length: 1_200 }, (_, i) => `k${(i % 400) + shift}`) },
    ],
  });
  expect((await domainClassifier(table(0), table(400))).alarm).toBe(true);
  expect((await domainClassifier(table(0), table(0))).alarm).toBe(false);
});

test('columns that do not fit each other, and samples that are too small, are refused', async () => {
  const [one, other] = [pair(100, 1, false), rows(100, 1, false)];
  expect(() => reconstructionDrift([one, one], [other])).toThrow("number 'a' stands against number 'x'");
  expect(() => reconstructionDrift([one], [one])).toThrow('two chunks');
  await expect(domainClassifier(one, other)).rejects.toThrow("stands against number 'x'");
  await expect(domainClassifier(part(one, 0, 9), one)).rejects.toThrow('9 rows on a side');
});

describe('where the components hold everything', () => {
  const numbers = (name: string, values: readonly number[]): TableColumn => ({
    ...{ name, kind: 'number', values: Float64Array.from(values) },
  });
  const of = (...columns: TableColumn[]): RowTable => ({ rows: columns[0]?.values.length ?? 0, columns });
  const some = (seed: number, count = 300): number[] => {
    const next = uniform(seed);
    return Array.from({ length: count }, () => 1_000 * next());
  };
  const NOTHING = 'nothing is left to reconstruct';

  test('a single column, and as many components as columns, are refused: every error would be 0', () => {
    const one = of(numbers('a', some(1)));
    expect(() => reconstructionDrift([one, one], [one])).toThrow(RangeError);
    expect(() => reconstructionDrift([one, one], [one])).toThrow(NOTHING);
    const two = pair(300, 2, false);
    for (const components of [2, 3, 0.999999]) {
      expect(() => reconstructionDrift([two, two], [two], { components })).toThrow(NOTHING);
    }
    // Two that have nothing to do with each other: either holds half of the variance.
    const apart = of(numbers('a', some(3)), numbers('b', some(4)));
    expect(() => reconstructionDrift([apart, apart], [apart])).toThrow(NOTHING);
  });

  test('chunks that are the same make a band of no width, and the same once more is no alarm', () => {
    const same = pair(300, 6, false);
    const { band, chunks } = reconstructionDrift([same, same, same], [same, pair(300, 6, true)]);
    expect(band.high - band.low).toBeLessThan(1e-9);
    expect(chunks.map(({ alarm }) => alarm)).toEqual([false, true]);
    const { band: exact, chunks: judged } = reconstructionDrift([same, same], [same]);
    expect(exact.low).toBe(exact.high);
    expect(judged[0]).toMatchObject({ error: exact.high, alarm: false });
  });

  test('of two columns that go together wholly: no alarm, whichever rows, until they part', () => {
    const miles = (km: readonly number[]): RowTable =>
      of(
        numbers('km', km),
        numbers(
          'miles',
          km.map((value) => value / 1.609344),
        ),
      );
    const reference = [7, 8, 9].map((seed) => miles(some(seed)));
    const fresh = some(10);
    const parted = of(numbers('km', fresh), numbers('miles', fresh.toReversed()));
    const { band, chunks } = reconstructionDrift(reference, [reference[0] ?? parted, miles(fresh), parted]);
    expect(band).toEqual({ low: 0, high: 0 });
    expect(chunks.map(({ alarm }) => alarm)).toEqual([false, false, true]);
  });
});
