// Danger: drift that is there is not seen (a missing feature, an unseen value), or one is seen where rows are as before.
import { withDuckdb } from '../../../activities/data/duckdb';
import type { Finding } from '../../../activities/monitor/findings';
import { judgeDrift } from '../../../activities/monitor/judge-drift';
import type { ReferenceProfile } from '../../../steps/train';
import { bench, refused } from '../data/parquet';

const { work, write } = bench();

/** 1,000 training rows: hours even over the day, distances 0 to 999, two airports of which one has two spellings. */
const profile: ReferenceProfile = {
  rows: 1000,
  positives: 200,
  features: {
    distance: {
      kind: 'number',
      column: 'distance',
      clip: null,
      missing: 0,
      edges: [99.9, 199.8, 299.7, 399.6, 499.5, 599.4, 699.3, 799.2, 899.1],
      counts: new Array<number>(10).fill(100),
    },
    hour: {
      kind: 'calendar',
      column: 'date',
      part: 'hour',
      counts: [...new Array<number>(16).fill(42), ...new Array<number>(8).fill(41)],
      missing: 0,
    },
    origin: {
      kind: 'category',
      column: 'origin',
      counts: { ATL: 600, ORD: 400 },
      unknown: 0,
      spellings: { ' atl': 'ATL' },
    },
  },
  score: { edges: [0.5], counts: [500, 500] },
};

const same = {
  distance: '(i % 1000)::DOUBLE',
  date: `TIMESTAMP '2001-02-01' + to_hours(i % 24)`,
  origin: `CASE WHEN i % 5 < 2 THEN 'ORD' WHEN i % 5 = 2 THEN ' atl' ELSE 'ATL' END`,
  p: '(i % 10) / 10.0 + 0.05',
};

async function judged(
  columns: Partial<typeof same> = {},
  more: { rows?: number; version?: number; minRows?: number } = {},
): Promise<Finding> {
  const c = { ...same, ...columns };
  const path = await write(
    'window.parquet',
    `SELECT 'x.' || i AS perennial_id, CASE WHEN i < ${more.rows ?? 5000} THEN 1 ELSE 2 END AS perennial_version,
            ${c.p} AS perennial_probability, ${c.distance} AS distance, ${c.date} AS date, ${c.origin} AS origin
     FROM range(6000) r(i)`,
  );
  const spec = { kind: 'drift' as const, name: 'psi', psi: 0.2, minRows: more.minRows ?? 500 };
  return withDuckdb({ ...work, reads: [path] }, (duck) =>
    judgeDrift(duck, { path, version: more.version ?? 1, spec, profile }),
  );
}

test('rows as in training are in order, other spellings of the same value included', async () => {
  const got = await judged();
  expect(got).toMatchObject({ outcome: 'ok', evidence: { rows: 5000, moved: [] } });
  const { features } = got.evidence as { features: Record<string, { psi: number }> };
  for (const name of ['distance', 'hour', 'origin']) expect(features[name]?.psi).toBeLessThan(0.001);
});

test.each([
  ['distance', { distance: '(i % 1000) / 4.0' }],
  ['distance', { distance: 'NULL::DOUBLE' }],
  ['distance', { distance: `'nan'::DOUBLE` }],
  ['hour', { date: `TIMESTAMP '2001-02-01' + to_hours(i % 6)` }],
  ['hour', { date: 'NULL::TIMESTAMP' }],
  ['origin', { origin: `CASE WHEN i % 2 = 0 THEN 'LAX' ELSE 'ATL' END` }],
  ['origin', { origin: 'NULL::VARCHAR' }],
  ['origin', { origin: `'ORD'` }],
  ['scores', { p: '0.05 + (i % 4) / 10.0' }],
])('%s that moved is named: %j', async (name, columns) => {
  const got = await judged(columns);
  expect(got.outcome).toBe('alarm');
  expect(got.evidence['moved']).toEqual([name]);
});

test('each version is judged on its own rows, and too few rows on none', async () => {
  expect(await judged({}, { version: 2 })).toMatchObject({ outcome: 'ok', evidence: { rows: 1000 } });
  expect(await judged({}, { version: 2, minRows: 1001 })).toMatchObject({
    outcome: 'insufficient',
    evidence: { rows: 1000 },
  });
  expect(await judged({}, { version: 3 })).toMatchObject({ outcome: 'insufficient', evidence: { rows: 0 } });
});

test('a feature whose column the predictions do not have is refused by name', async () => {
  const path = await write('short.parquet', 'SELECT 1 AS perennial_version, 0.5 AS perennial_probability');
  const spec = { kind: 'drift' as const, name: 'psi', psi: 0.2, minRows: 1 };
  const run = withDuckdb({ ...work, reads: [path] }, (duck) => judgeDrift(duck, { path, version: 1, spec, profile }));
  await refused(run, 'PER_DATA_003', "'distance'");
});
