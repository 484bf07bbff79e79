// Danger: the features are compiled twice, to SQL for training and to ONNX for serving. Where the two disagree on some
// odd row, the model answers something else in serving than it was trained and judged on, and nothing fails.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { walk } from '../../../activities/deploy/admission';
import type { FittedFeatures } from '../../../activities/train/features/encoded';
import { withParquet } from '../../../activities/train/features/parquet';
import { fitFeatures } from '../../../activities/train/features/fit-features';
import { type LabelledRows, readLabelled } from '../../../activities/train/features/read-features';
import { type RawValues, readRawBatches } from '../../../activities/train/features/read-raw';
import { gbdt } from '../../../activities/train/gbdt/trainer';
import { linear } from '../../../activities/train/linear/trainer';
import type { FitOptions, FittedModel } from '../../../activities/train/trainer';
import { encodeColumn, type Row, type Signature } from '../../../core/signature';
import { isPerennialError } from '../../../core/errors';
import { MAX_ROWS, readRows } from '../../../serving/read-rows';
import { ServedModel } from '../../../serving/process/served-model';
import { signatureOf } from '../../../steps/features';
import { asJson, dirtyRows, isRefused, label, millis, spec, writeRows } from './dirty-rows';

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
/** What a version's record holds: read by serving, row by row, from what clients send. */
const signature: Signature = { ...signatureOf(spec), eventTime: 'at' };
/** Rows that serving took, as it passes them on, by their place among the requests; and the codes of the others. */
const taken = new Map<number, Row>();
const refused = new Map<number, string>();

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

beforeAll(() => {
  asJson(requests).forEach((sent, i) => {
    try {
      const [row] = readRows(signature, [sent], '2001-01-01T00:00:00.000Z').rows;
      if (row) taken.set(i, row);
    } catch (error) {
      refused.set(i, isPerennialError(error) ? error.code : String(error));
    }
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function largestDifference(model: FittedModel): Promise<number> {
  const expected = model.predict(served.columns, served.rows);
  const promoted = { model: 'm', version: 1, seq: 1, promotedAt: '2001-01-01T00:00:00.000Z', signature };
  const server = await ServedModel.load(promoted, model.toOnnx());
  const places = [...taken.keys()];
  let worst = 0;
  for (let from = 0; from < places.length; from += MAX_ROWS) {
    const part = places.slice(from, from + MAX_ROWS);
    const answered = await server.run(part.map((place) => taken.get(place) ?? {}));
    expect(answered).toHaveLength(part.length);
    for (const [k, place] of part.entries()) {
      const apart = Math.abs((answered[k] ?? NaN) - (expected[place] ?? NaN));
      // A NaN would hide in a maximum: it has to count as a difference.
      worst = Math.max(worst, Number.isNaN(apart) ? 1 : apart);
    }
  }
  await server.retire();
  return worst;
}

test('serving refuses of ten thousand dirty rows only those whose number no 32-bit float holds', () => {
  const expected = requests.flatMap((row, i) => (isRefused(row) ? [i] : []));
  expect([...refused.keys()]).toEqual(expected);
  expect(new Set(refused.values())).toEqual(new Set(['PER_SERVE_010']));
  expect(taken.size + refused.size).toBe(ROWS);
  expect(refused.size).toBeGreaterThan(0);
  expect(refused.size).toBeLessThan(ROWS / 20);
});

test('gradient boosting answers ten thousand dirty rows alike through SQL and through ONNX', async () => {
  const parameters = { trees: 40, leaves: 31, learningRate: 0.2, minRowsInLeaf: 5, lambda: 1, bins: 255, rowShare: 1 };
  const model = await gbdt.fit(training, features, parameters, options);
  expect(served.rows).toBe(ROWS);
  expect(await largestDifference(model)).toBeLessThanOrEqual(1e-5);
  expect(Object.values(model.importances).every((share) => share > 0)).toBe(true);
});

test('what both trainers export passes the static walk of admission', async () => {
  const trees = { trees: 2, leaves: 4, learningRate: 0.2, minRowsInLeaf: 5, lambda: 1, bins: 255, rowShare: 1 };
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
  const parameters = {
    trees: 5,
    leaves: 31,
    learningRate: 0.1,
    minRowsInLeaf: 4_000,
    lambda: 1,
    bins: 255,
    rowShare: 1,
  };
  const model = await gbdt.fit(training, features, parameters, options);
  expect(await largestDifference(model)).toBeLessThanOrEqual(1e-5);
  expect(model.predict(served.columns, 1)[0]).toBeCloseTo(training.positives / training.rows, 9);
});

test('rows read for scoring are the rows as requests carry them', () => {
  for (const column of signature.inputs) {
    const expected: readonly unknown[] = [...encodeColumn(column, [...taken.values()]).data];
    const read = (raw.get(column.name) ?? []).flatMap((part): unknown[] => [...part]);
    // An infinite number is null in JSON: the graph takes both as missing. JSON writes -0 as 0.
    const seen = (value: unknown) => (typeof value === 'number' ? (Number.isFinite(value) ? value + 0 : NaN) : value);
    expect([...taken.keys()].map((place) => seen(read[place]))).toEqual(expected.map(seen));
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
