// Danger: drift is measured by a formula or by bins of its own, so that thresholds known from elsewhere mean nothing.
import { join } from 'node:path';
import { withDuckdb } from '../../../activities/data/duckdb';
import { countValues, type Counts } from '../../../activities/monitor/count-values';
import { countInBins, decileEdges, sharesOf } from '../../../activities/monitor/drift/bins';
import { distanceOf } from '../../../activities/monitor/drift/distance';
import { bench } from '../data/parquet';

const { work } = bench();
const path = join(__dirname, '../../../node_modules/vega-datasets/data/flights-3m.parquet');
const rows = `(SELECT * FROM read_parquet($path) WHERE date < '2001-02-01' OR (date >= '2001-06-01' AND date < '2001-07-01'))`;

/** January against June of the real file: values that scipy gives too, on bins by numpy's deciles of January. */
const NUMERIC = {
  delay: [0.010037083129817, 0.042516045934136],
  distance: [0.000882387252104, 0.012613442724923],
  hour: [0.000478390465033, 0.00928807585028],
} as const;
const CATEGORIES = {
  origin: [0.007183054355245, 0.0447252479836],
  destination: [0.007199543171107, 0.044793688508],
} as const;

let counts: Map<string, Map<string, Counts>>;
beforeAll(async () => {
  counts = await withDuckdb({ ...work, reads: [path] }, (duck) =>
    countValues(
      duck,
      rows,
      `CASE WHEN date < '2001-02-01' THEN 'reference' ELSE 'current' END`,
      [
        { name: 'delay', sql: 'delay', kind: 'number' },
        { name: 'distance', sql: 'distance', kind: 'number' },
        { name: 'hour', sql: 'hour(date)', kind: 'number' },
        { name: 'origin', sql: 'origin', kind: 'text' },
        { name: 'destination', sql: 'destination', kind: 'text' },
      ],
      { path },
    ),
  );
});

function of(part: string, name: string): Counts {
  const found = counts.get(part)?.get(name);
  if (!found) throw new Error(`nothing was counted for ${part} ${name}`);
  return found;
}

const relative = (got: number, wanted: number): number => Math.abs(got / wanted - 1);

test('every row is counted once for each column', () => {
  const total = (c: Counts): number => [...c.numbers, ...c.texts].reduce((sum, v) => sum + v.rows, c.missing);
  for (const name of [...Object.keys(NUMERIC), ...Object.keys(CATEGORIES)]) {
    expect([total(of('reference', name)), total(of('current', name))]).toEqual([508239, 502222]);
  }
});

test.each(Object.entries(NUMERIC))('%s, in deciles of the reference', (name, [psi, jensenShannon]) => {
  const [reference, current] = [of('reference', name).numbers, of('current', name).numbers];
  const edges = decileEdges(reference);
  const got = distanceOf(countInBins(reference, edges), countInBins(current, edges));
  expect(relative(got.psi, psi)).toBeLessThan(1e-9);
  expect(relative(got.jensenShannon, jensenShannon)).toBeLessThan(1e-9);
});

test.each(Object.entries(CATEGORIES))('%s, over the values of both samples', (name, [psi, jensenShannon]) => {
  const values = new Map<string, [number, number]>();
  for (const [side, part] of (['reference', 'current'] as const).entries()) {
    for (const { value, rows: n } of of(part, name).texts) {
      const both = values.get(value) ?? [0, 0];
      both[side] = n;
      values.set(value, both);
    }
  }
  const sides = [...values.values()];
  const got = distanceOf(
    sides.map(([r]) => r),
    sides.map(([, c]) => c),
  );
  expect(relative(got.psi, psi)).toBeLessThan(1e-9);
  expect(relative(got.jensenShannon, jensenShannon)).toBeLessThan(1e-9);
});

test('shares add up to one', () => {
  const shares = sharesOf(countInBins(of('current', 'delay').numbers, [0]));
  expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
});
