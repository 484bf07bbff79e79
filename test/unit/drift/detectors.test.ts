// Danger: a detector under a known name sees changes elsewhere than the known detector, so that its defaults mean nothing.
// river.json holds where river 0.26.1 sees them on the same streams; river/record.py wrote it and says how.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withDuckdb } from '../../../activities/data/duckdb';
import { adwin, ddm, detectIn, type Detector, hddmA, pageHinkley } from '../../../activities/monitor/drift/detectors';
import { bench } from '../data/parquet';
import { uniform } from './uniform';

const { work } = bench();
const flights = join(__dirname, '../../../node_modules/vega-datasets/data/flights-3m.parquet');

const Recorded = z.record(
  z.string(),
  z.record(z.string(), z.object({ drifts: z.array(z.int()), warnings: z.array(z.int().nullable()) })),
);
const recorded = Recorded.parse(JSON.parse(readFileSync(join(__dirname, 'river/river.json'), 'utf8')));
const cases = Object.entries(recorded).flatMap(([detector, streams]) =>
  Object.entries(streams).map(([stream, wanted]) => [detector, stream, wanted] as const),
);

const DETECTORS: Readonly<Record<string, () => Detector>> = {
  adwin,
  'page-hinkley': pageHinkley,
  ddm,
  'hddm-a': hddmA,
  'hddm-a-two-sided': () => hddmA({ twoSided: true }),
};

function errors(seed: number, rates: readonly number[]): number[] {
  const draw = uniform(seed);
  return rates.map((rate) => (draw() < rate ? 1 : 0));
}

function values(seed: number, means: readonly number[]): number[] {
  const draw = uniform(seed);
  return means.map((mean) => mean + draw() + draw() + draw() + draw() - 2);
}

const level = (value: number, length: number): number[] => new Array<number>(length).fill(value);
const streams: Record<string, number[]> = {
  'errors-step': errors(1, [...level(0.1, 2000), ...level(0.3, 2000), ...level(0.1, 2000)]),
  'errors-slope': errors(
    2,
    Array.from({ length: 6000 }, (_, i) => 0.1 + (0.3 * i) / 6000),
  ),
  'errors-steady': errors(3, level(0.2, 10_000)),
  'values-step': values(4, [...level(0, 1500), ...level(0.5, 1500), ...level(-0.5, 1500), ...level(5, 500)]),
  'values-steady': values(5, level(3, 5000)),
};

beforeAll(async () => {
  const delays = await withDuckdb({ ...work, reads: [flights] }, (duck) =>
    duck.rows(
      z.object({ delay: z.number() }),
      'SELECT delay FROM read_parquet($flights, file_row_number = true) WHERE file_row_number < 20000 ORDER BY file_row_number',
      { flights },
    ),
  );
  streams['flights-delay'] = delays.map(({ delay }) => delay);
  streams['flights-late'] = delays.map(({ delay }) => (delay > 15 ? 1 : 0));
});

test.each(cases)('%s sees on %s what it sees in river', (name, stream, wanted) => {
  const make = DETECTORS[name];
  if (!make) throw new Error(`there is no ${name}`);
  const { drifts, warnings } = detectIn(streams[stream] ?? [], make());
  expect(drifts).toEqual(wanted.drifts);
  expect([warnings.length, warnings[0] ?? null, warnings.at(-1) ?? null]).toEqual(wanted.warnings);
});

test('every detector was recorded, and sees something on the stream with steps', () => {
  expect(Object.keys(recorded).sort()).toEqual(Object.keys(DETECTORS).sort());
  for (const streamsOf of Object.values(recorded)) expect(streamsOf['errors-step']?.drifts).not.toEqual([]);
});

test('a one-sided Page-Hinkley test is blind to the other side', () => {
  const fall = [...level(1, 500), ...level(0, 500)];
  expect(detectIn(fall, pageHinkley({ mode: 'up' })).drifts).toEqual([]);
  expect(detectIn(fall, pageHinkley({ mode: 'down' })).drifts).not.toEqual([]);
});
