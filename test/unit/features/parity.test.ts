// Danger: the features are compiled twice, to SQL for training and to ONNX for serving. Where the two disagree on some
// odd row, the model answers something else in serving than it was trained and judged on, and nothing fails.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { walk } from '../../../activities/deploy/admission';
import { openScorer } from '../../../activities/evaluate/score';
import type { FittedFeatures } from '../../../activities/train/features/encoded';
import { withParquet } from '../../../activities/train/features/parquet';
import { fitFeatures, type LabelledRows, readLabelled } from '../../../activities/train/features/read-features';
import { type RawValues, readRawBatches } from '../../../activities/train/features/read-raw';
import { gbdt } from '../../../activities/train/gbdt/trainer';
import { linear } from '../../../activities/train/linear/trainer';
import type { FitOptions, FittedModel } from '../../../activities/train/trainer';
import { signatureOf } from '../../../steps/features';
import { asRequests, dirtyRows, label, millis, spec, writeRows } from './dirty-rows';

// Models are fitted and served for real: seconds on a busy machine.
jest.setTimeout(60_000);

const ROWS = 10_000;
const options: FitOptions = { threads: 1, seed: 1, signal: new AbortController().signal, progress: () => undefined };
const requests = dirtyRows(ROWS, 7, true);
let folder: string;
let features: FittedFeatures;
let training: LabelledRows;
let served: LabelledRows;
const raw = new Map<string, RawValues[]>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-'));
  await withParquet(await writeRows(join(folder, 'train'), dirtyRows(4_000, 1, false)), 2, async (file) => {
    features = await fitFeatures(file, spec, label);
    training = await readLabelled(file, features, { label, every: 1 });
  });
  await withParquet(await writeRows(join(folder, 'served'), requests), 2, async (file) => {
    served = await readLabelled(file, features, { label, every: 1 });
    await readRawBatches(file, signatureOf(spec), { label, every: 1 }, async (batch) => {
      for (const [name, values] of batch.columns) raw.set(name, [...(raw.get(name) ?? []), values]);
    });
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function largestDifference(model: FittedModel): Promise<number> {
  const expected = model.predict(served.columns, served.rows);
  const scorer = await openScorer(model.toOnnx(), ['cpu'], 1);
  const answered = await scorer.score(asRequests(requests));
  await scorer.release();
  // A NaN would hide in a maximum: it has to count as a difference.
  return answered.reduce(
    (worst, p, row) => Math.max(worst, Math.abs(p - (expected[row] ?? NaN)) || 0, Number(Number.isNaN(p))),
    0,
  );
}

test('gradient boosting answers ten thousand dirty rows alike through SQL and through ONNX', async () => {
  const parameters = { trees: 40, leaves: 31, learningRate: 0.2, minRowsInLeaf: 5, lambda: 1, bins: 255 };
  const model = await gbdt.fit(training, features, parameters, options);
  expect(served.rows).toBe(ROWS);
  expect(await largestDifference(model)).toBeLessThanOrEqual(1e-5);
  expect(Object.values(model.importances).every((share) => share > 0)).toBe(true);
});

test('what both trainers export passes the static walk of admission', async () => {
  const trees = { trees: 2, leaves: 4, learningRate: 0.2, minRowsInLeaf: 5, lambda: 1, bins: 255 };
  const models = [
    await gbdt.fit(training, features, trees, options),
    await linear.fit(training, features, { iterations: 1, l2: 1e-4 }, options),
  ];
  for (const model of models) expect(() => walk(model.toOnnx())).not.toThrow();
});

test('logistic regression answers ten thousand dirty rows alike through SQL and through ONNX', async () => {
  const model = await linear.fit(training, features, { iterations: 25, l2: 1e-4 }, options);
  expect(await largestDifference(model)).toBeLessThanOrEqual(1e-5);
});

test('a model of which nothing could be learnt still answers, with the base rate', async () => {
  const parameters = { trees: 5, leaves: 31, learningRate: 0.1, minRowsInLeaf: 4_000, lambda: 1, bins: 255 };
  const model = await gbdt.fit(training, features, parameters, options);
  expect(await largestDifference(model)).toBeLessThanOrEqual(1e-5);
  expect(model.predict(served.columns, 1)[0]).toBeCloseTo(training.positives / training.rows, 9);
});

test('rows read for scoring are the rows as requests carry them', () => {
  for (const [name, expected] of asRequests(requests).columns) {
    const read = (raw.get(name) ?? []).flatMap((part): unknown[] => [...part]);
    // A number too large for float32 is missing in SQL and infinite in a request: the graph takes both as missing.
    const seen = (value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? NaN : value);
    expect(read.map(seen)).toEqual([...expected].map(seen));
  }
});

test('calendar parts are those of the UTC calendar, before 1970 too', () => {
  const parts = Object.fromEntries(served.columns.map((column) => [column.feature.name, column]));
  requests.forEach(({ at }, row) => {
    const codes = ['minute', 'hour', 'day'].map((name) => {
      const column = parts[name];
      return column?.kind === 'calendar' ? column.codes[row] : undefined;
    });
    const date = new Date(at === null ? NaN : Number(millis(at)));
    const expected = at === null ? [60, 24, 7] : [date.getUTCMinutes(), date.getUTCHours(), (date.getUTCDay() + 6) % 7];
    expect(codes).toEqual(expected);
  });
});

test('spellings seen in training share a code, and all else is unknown', () => {
  const origin = served.columns.find((c) => c.feature.name === 'origin');
  const codeOf = (spelling: string | null) => {
    const row = requests.findIndex((r) => r.origin === spelling);
    return origin?.kind === 'category' ? origin.codes[row] : undefined;
  };
  expect(codeOf('lax')).toBe(codeOf('LAX'));
  expect(codeOf(' LAX ')).toBe(codeOf('LAX'));
  expect(codeOf('A\u030aRE')).toBe(codeOf('ÅRE'));
  expect(codeOf('JFK\u00a0')).toBeGreaterThan(0);
  for (const unknown of [null, '', '   ', 'XXX', 'LAX\u200b', 'ÅRE ']) expect(codeOf(unknown)).toBe(0);
});
