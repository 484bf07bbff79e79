// Danger: a window is compared with itself or with another column, or a monitor looks at columns that it was not given.
import { withDuckdb } from '../../../activities/data/duckdb';
import type { Finding } from '../../../activities/monitor/findings';
import { type DriftSpec, judgeDrift } from '../../../activities/monitor/judge-drift';
import { judgeAgainstEarlier } from '../../../activities/monitor/judge-earlier';
import { MonitorSpec } from '../../../steps/monitor';
import type { ReferenceProfile } from '../../../steps/train';
import { bench, refused } from '../data/parquet';

const { work, write } = bench();

const profile: ReferenceProfile = {
  rows: 1000,
  positives: 200,
  features: {
    distance: { kind: 'number', column: 'distance', clip: null, missing: 0, edges: [499.5], counts: [500, 500] },
    hour: { kind: 'calendar', column: 'date', part: 'hour', counts: new Array<number>(24).fill(42), missing: 0 },
    origin: { kind: 'category', column: 'origin', counts: { ATL: 600, ORD: 400 }, unknown: 0, spellings: {} },
  },
  score: { edges: [0.5], counts: [500, 500] },
};

function spec(more: object): DriftSpec {
  const parsed = MonitorSpec.parse({ kind: 'drift', name: 'drift', ...more });
  if (parsed.kind !== 'drift') throw new Error('not this one');
  return parsed;
}

const like = { distance: 'i % 1000', origin: `CASE WHEN i % 5 < 2 THEN 'ORD' ELSE 'ATL' END`, rows: 2000 };

/** Rows of version 1, and after them 500 of version 2 whose features are like nothing else. */
const file = (name: string, columns: Partial<typeof like>): Promise<string> => {
  const { distance, origin, rows } = { ...like, ...columns };
  return write(
    name,
    `SELECT 1 AS perennial_version, 0.4 AS perennial_probability, (${distance})::DOUBLE AS distance, ${origin} AS origin,
            TIMESTAMP '2001-02-01' + to_hours(i % 24) AS date FROM range(${rows}) r(i)
     UNION ALL SELECT 2, 0.9, -9, 'XXX', TIMESTAMP '2001-02-01' FROM range(500)`,
  );
};

async function judged(more: object, now: Partial<typeof like>, version = 1): Promise<Finding> {
  const path = await file('now.parquet', now);
  const earlier = await write(
    'earlier.parquet',
    `SELECT 3 AS perennial_version, 0.1 AS perennial_probability,
    (i % 1000)::DOUBLE AS distance, ${like.origin} AS origin, TIMESTAMP '2001-02-01' + to_hours(i % 24) AS date
    FROM range(2000) r(i)`,
  ); // another version answered then
  return withDuckdb({ ...work, reads: [path, earlier] }, (duck) =>
    judgeAgainstEarlier(duck, { path, earlier, version, spec: spec({ reference: 'earlier', ...more }), profile }),
  );
}

test('a distance reaches its threshold, or stays below it, in the unit of the column', async () => {
  const asked = { statistic: 'wasserstein', columns: ['distance'] };
  expect(await judged({ ...asked, threshold: 24 }, { distance: 'i % 1000 + 25' })).toMatchObject({
    outcome: 'alarm',
    evidence: { rows: 2000, earlier: 2000, moved: ['distance'], features: { distance: 25 } },
  });
  expect(await judged({ ...asked, threshold: 26 }, { distance: 'i % 1000 + 25' })).toMatchObject({
    outcome: 'ok',
    evidence: { moved: [], features: { distance: 25 } },
  });
});

test('without columns every feature that has the statistic is judged, and no other', async () => {
  const got = await judged({ statistic: 'l-infinity', threshold: 0.3 }, { origin: `'ORD'` });
  expect(got).toMatchObject({ outcome: 'alarm', evidence: { moved: ['origin'], features: { origin: 0.6 } } });
  expect(Object.keys(got.evidence['features'] as object)).toEqual(['origin']);
  const none = await judged({ statistic: 'l-infinity', threshold: 0.3, columns: ['distance', 'hour'] }, {});
  expect(none).toMatchObject({ outcome: 'insufficient', evidence: { why: 'no column has a l-infinity' } });
});

test('psi is judged too, and rows like the earlier ones are in order', async () => {
  expect(await judged({ psi: 0.1 }, {})).toMatchObject({ outcome: 'ok', evidence: { moved: [] } });
  expect((await judged({ psi: 0.1 }, { distance: '(i % 1000) / 4' })).evidence['moved']).toEqual(['distance']);
});

test('each version is judged on its own rows, and too few rows on none', async () => {
  expect((await judged({ psi: 0.1 }, {}, 2)).evidence['moved']).toEqual(['distance', 'hour', 'origin']);
  expect(await judged({ psi: 0.1, minRows: 2001 }, { rows: 3000 })).toMatchObject({
    outcome: 'insufficient',
    evidence: { why: '2000 earlier rows' },
  });
  expect((await judged({ psi: 0.1 }, { rows: 499 })).outcome).toBe('insufficient');
});

test('a column that is no feature is refused by name, against either reference', async () => {
  await refused(judged({ psi: 0.1, columns: ['scores'] }, {}), 'PER_DATA_046', "'scores'");
  const path = await file('now.parquet', {});
  const training = spec({ psi: 0.1, columns: ['tail'] });
  const run = withDuckdb({ ...work, reads: [path] }, (duck) =>
    judgeDrift(duck, { path, version: 1, spec: training, profile }),
  );
  await refused(run, 'PER_DATA_046', 'distance, hour, origin, scores');
});

test('against training, a monitor judges its columns alone, by its statistic', async () => {
  const path = await file('now.parquet', { distance: '7', origin: `'ORD'` });
  const judge = (more: object): Promise<Finding> =>
    withDuckdb({ ...work, reads: [path] }, (duck) => judgeDrift(duck, { path, version: 1, spec: spec(more), profile }));
  const asked = { statistic: 'jensen-shannon', threshold: 0.3 };
  expect((await judge(asked)).evidence['moved']).toEqual(['distance', 'origin', 'scores']);
  expect(await judge({ ...asked, columns: ['origin', 'hour'] })).toMatchObject({
    outcome: 'alarm',
    evidence: { moved: ['origin'], asked: { ...asked, columns: ['origin', 'hour'], minRows: 500 } },
  });
  expect(await judge({ psi: 0.2, columns: ['hour'] })).toMatchObject({ outcome: 'ok' });
});
