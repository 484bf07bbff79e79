// Danger: a statistic under a known name that is not the known statistic, so that thresholds from elsewhere mean nothing;
// or a figure that is another one on the next run, so that the same window is judged twice.
import { join } from 'node:path';
import { type ColumnCounts, type ColumnDrift, compareCounts } from '../../../activities/monitor/drift/compare';
import type { DriftColumn } from '../../../activities/monitor/drift/count-columns';
import { fillEmpty, sturgesShares } from '../../../activities/monitor/drift/evidently';
import { jensenShannonDistance } from '../../../activities/monitor/drift/jensen-shannon';
import { countSamples, measureDrift } from '../../../activities/monitor/drift/measure-drift';
import { sharesOf } from '../../../activities/monitor/drift/bins';
import { populationStabilityIndex } from '../../../activities/monitor/drift/psi';
import { sideBySide } from '../../../activities/monitor/drift/side-by-side';

jest.setTimeout(120_000);

const files = [join(__dirname, '../../../node_modules/vega-datasets/data/flights-3m.parquet')];
const reference = { files, where: `date < '2001-02-01'` };
const current = { files, where: `date >= '2001-06-01' AND date < '2001-07-01'` };
const columns: DriftColumn[] = [
  { name: 'delay' },
  { name: 'distance' },
  { name: 'hour', expression: 'hour(date)' },
  { name: 'fare', expression: 'distance * 0.11 + ((file_row_number * 7919) % 10007) / 100' },
  { name: 'origin' },
  { name: 'destination' },
];

/** January against June of the real file, by scipy 1.17 and by Evidently 0.7.23; bins as the names say. */
const NUMBERS = {
  delay: {
    'kolmogorov-smirnov': 0.02536693249864519,
    wasserstein: 2.7053149611825,
    'wasserstein-per-std': 0.0874954344653,
    psi: 0.010037083129817,
    'jensen-shannon': 0.042516045934136,
    evidentlyPsi: 0.006831535383589,
    evidentlyJensenShannon: 0.02879594753263,
  },
  distance: {
    'kolmogorov-smirnov': 0.00880389892082667,
    wasserstein: 14.496451158438,
    'wasserstein-per-std': 0.0253079886752,
    psi: 0.000882387252104,
    'jensen-shannon': 0.012613442724923,
    evidentlyPsi: 0.004227060752901,
    evidentlyJensenShannon: 0.017958889595942,
  },
  hour: {
    'kolmogorov-smirnov': 0.00946464812449066,
    wasserstein: 0.0835657967841,
    'wasserstein-per-std': 0.0171288975036,
    psi: 0.000478390465033,
    'jensen-shannon': 0.00928807585028,
    evidentlyPsi: 0.001328674683052,
    evidentlyJensenShannon: 0.012865993993381,
  },
  fare: {
    'kolmogorov-smirnov': 0.00850046564764939,
    wasserstein: 1.5832888659372,
    'wasserstein-per-std': 0.022862103086,
    psi: 0.000756623121975,
    'jensen-shannon': 0.0116797942926,
    evidentlyPsi: 0.0010363129432774802,
    evidentlyJensenShannon: 0.011370296011865,
  },
} as const;
const CATEGORIES = {
  origin: {
    'chi-square': 2427.69086813094,
    degreesOfFreedom: 227,
    psi: 0.007183054355245,
    'jensen-shannon': 0.0447252479836,
    'l-infinity': 0.00249082856186,
    evidentlyPsi: 0.0349511269949,
    evidentlyJensenShannon: 0.0372362114439,
  },
  destination: {
    'chi-square': 2436.11846696868,
    degreesOfFreedom: 227,
    psi: 0.007199543171107,
    'jensen-shannon': 0.044793688508,
    'l-infinity': 0.00251050434431,
    evidentlyPsi: 0.0349780127832,
    evidentlyJensenShannon: 0.0372931919181,
  },
} as const;

let drift: Readonly<Record<string, ColumnDrift>>;
let counts: readonly ReadonlyMap<string, ColumnCounts>[];
beforeAll(async () => {
  counts = await countSamples([reference, current], columns, { threads: 2 });
  drift = Object.fromEntries(columns.map(({ name }) => [name, compareCounts(countsOf(0, name), countsOf(1, name))]));
});

function countsOf(sample: number, name: string): ColumnCounts {
  const found = counts[sample]?.get(name);
  if (!found) throw new Error(`nothing was counted of ${name}`);
  return found;
}

function driftOf(name: string): ColumnDrift {
  const found = drift[name];
  if (!found) throw new Error(`nothing was measured of ${name}`);
  return found;
}

function near(got: number | null | undefined, wanted: number): void {
  expect(Math.abs((got ?? NaN) / wanted - 1)).toBeLessThan(1e-9);
}

test.each(Object.entries(NUMBERS))('every statistic of %s is the known one', (name, wanted) => {
  const { statistics, rows } = driftOf(name);
  expect(rows).toEqual({ reference: 508_239, current: 502_222 });
  for (const statistic of [
    'kolmogorov-smirnov',
    'wasserstein',
    'wasserstein-per-std',
    'psi',
    'jensen-shannon',
  ] as const)
    near(statistics[statistic], wanted[statistic]);
  expect(statistics).toMatchObject({ 'missing-rate': 0, 'chi-square': null, 'l-infinity': null });
});

test.each(Object.entries(CATEGORIES))('every statistic of %s is the known one', (name, wanted) => {
  const { statistics, degreesOfFreedom, pValues } = driftOf(name);
  for (const statistic of ['chi-square', 'psi', 'jensen-shannon', 'l-infinity'] as const)
    near(statistics[statistic], wanted[statistic]);
  expect({ degreesOfFreedom, missing: statistics['missing-rate'] }).toEqual({ degreesOfFreedom: 227, missing: 0 });
  expect(pValues['chi-square']).toBeLessThan(1e-300);
});

test.each(Object.entries(NUMBERS))('%s in the bins of Evidently has the figures of Evidently', (name, wanted) => {
  const [before, after] = [countsOf(0, name), countsOf(1, name)];
  if (before.kind !== 'number' || after.kind !== 'number') throw new Error(`${name} is no number`);
  const [r, c] = sturgesShares(before.values, after.values);
  near(jensenShannonDistance(r, c, 'e'), wanted.evidentlyJensenShannon);
  near(populationStabilityIndex(fillEmpty(r), fillEmpty(c), 0), wanted.evidentlyPsi);
});

test.each(Object.entries(CATEGORIES))(
  '%s with the shares of Evidently has the figures of Evidently',
  (name, wanted) => {
    const [before, after] = [countsOf(0, name), countsOf(1, name)];
    if (before.kind !== 'category' || after.kind !== 'category') throw new Error(`${name} is no category`);
    const both = sideBySide(before.values, after.values);
    const [r, c] = [sharesOf(both.map((v) => v.reference)), sharesOf(both.map((v) => v.current))];
    near(jensenShannonDistance(r, c, 'e'), wanted.evidentlyJensenShannon);
    near(populationStabilityIndex(fillEmpty(r), fillEmpty(c), 0), wanted.evidentlyPsi);
  },
);

test('the same rows give the same bits, on two threads, three and eight, whatever order the counts come in', async () => {
  const told = new Set([JSON.stringify(drift)]);
  for (const threads of [2, 3, 8]) {
    const report = await measureDrift({ reference, current, columns, threads });
    told.add(JSON.stringify(report.columns));
  }
  expect(told.size).toBe(1);
});

test('a grid is off by less than a cell', async () => {
  const cells = 2_000;
  const report = await measureDrift({
    reference,
    current,
    columns: columns.filter(({ name }) => name === 'fare').map((column) => ({ ...column, grid: cells })),
    threads: 2,
  });
  const fare = countsOf(0, 'fare');
  if (fare.kind !== 'number') throw new Error('fare is no number');
  const values = [...fare.values, ...(countsOf(1, 'fare').values as typeof fare.values)].map(({ value }) => value);
  const width = (values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b))) / cells;
  const { statistics } = report.columns['fare'] ?? driftOf('fare');
  expect(Math.abs((statistics.wasserstein ?? NaN) - NUMBERS.fare.wasserstein)).toBeLessThan(width);
  expect(statistics['kolmogorov-smirnov']).toBeLessThanOrEqual(NUMBERS.fare['kolmogorov-smirnov']);
  expect(statistics['kolmogorov-smirnov']).toBeGreaterThan(NUMBERS.fare['kolmogorov-smirnov'] * 0.9);
});
