// Danger: a change of the earlier windows is reported for this one, a change of this one is not seen, or rows without
// labels are watched.
import { withDuckdb } from '../../../activities/data/duckdb';
import type { Labelled } from '../../../activities/monitor/labelled';
import { errorsOf, judgeStream, readScores, type StreamSpec } from '../../../activities/monitor/judge-stream';
import { MonitorSpec } from '../../../steps/monitor';
import { bench } from '../data/parquet';
import { uniform } from '../drift/uniform';

const { work, write } = bench();

function spec(detector: object = { name: 'adwin' }, more: object = {}): StreamSpec {
  const parsed = MonitorSpec.parse({ kind: 'stream', name: 'stream', of: 'errors', detector, ...more });
  if (parsed.kind !== 'stream') throw new Error('not this one');
  return parsed;
}

const draw = uniform(21);
const errors = (rate: number, rows: number): number[] => Array.from({ length: rows }, () => (draw() < rate ? 1 : 0));
const all = (values: number[]) => ({ values, rows: values.length });

test.each([{ name: 'adwin' }, { name: 'ddm' }, { name: 'hddm-a' }, { name: 'page-hinkley' }])(
  '%j fires where the errors double, and not where they stay',
  (detector) => {
    const [steady, before, worse] = [errors(0.1, 1000), errors(0.1, 1000), errors(0.4, 1000)];
    expect(judgeStream(spec(detector), before, all(steady)).outcome).toBe('ok');
    const got = judgeStream(spec(detector), before, all(worse));
    expect(got.outcome).toBe('alarm');
    const [first = NaN] = got.evidence['firedAt'] as number[];
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(400);
  },
);

test('a change among the earlier rows is the matter of their own window', () => {
  const earlier = [...errors(0.1, 1500), ...errors(0.5, 1500)];
  expect(judgeStream(spec(), earlier, all(errors(0.5, 1000)))).toMatchObject({
    outcome: 'ok',
    evidence: { earlier: 3000, watched: 1000, fired: 0, firedAt: [] },
  });
  expect(judgeStream(spec(), [], all(earlier)).outcome).toBe('alarm');
});

test('too few rows, and too small a share of labels, are insufficient', () => {
  expect(judgeStream(spec(), errors(0.1, 2000), all(errors(0.9, 499))).outcome).toBe('insufficient');
  expect(judgeStream(spec(), [], { values: errors(0.9, 600), rows: 1201 }).outcome).toBe('insufficient');
});

test('errors are wrong answers at one half; squared errors how far off the probability was', () => {
  const labelled: Labelled = {
    rows: 5,
    labels: Uint8Array.of(1, 0, 1, 0),
    probabilities: Float64Array.of(0.5, 0.5, 0.25, 0.25),
    positives: 2,
  };
  expect(errorsOf('errors', labelled)).toEqual({ values: [0, 1, 1, 0], rows: 5 });
  expect(errorsOf('squared-errors', labelled)).toEqual({ values: [0.25, 0.25, 0.5625, 0.0625], rows: 5 });
});

test('scores are those of the version, in the order of the file', async () => {
  const path = await write(
    'scores.parquet',
    'SELECT i % 2 AS perennial_version, i / 100000.0::DOUBLE AS perennial_probability FROM range(50000) r(i)',
  );
  const { values, rows } = await withDuckdb({ ...work, reads: [path] }, (duck) => readScores(duck, path, 1));
  expect(rows).toBe(25_000);
  expect(values).toEqual(Array.from({ length: 25_000 }, (_, i) => (2 * i + 1) / 100_000));
});
