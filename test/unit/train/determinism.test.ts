// Danger: a model that depends on how many threads happened to train it cannot be reproduced, cached or compared.
import { createHash } from 'node:crypto';
import type { EncodedColumn, FittedFeatures } from '../../../activities/train/features/encoded';
import type { LabelledRows } from '../../../activities/train/features/read-features';
import { fitVocabulary } from '../../../activities/train/features/vocabulary';
import { drawRows } from '../../../activities/train/gbdt/draw-rows';
import { layOut } from '../../../activities/train/gbdt/shared';
import { binColumns } from '../../../activities/train/gbdt/bins';
import { gbdt } from '../../../activities/train/gbdt/trainer';
import { linear } from '../../../activities/train/linear/trainer';
import type { CategoryFeature, NumberFeature } from '../../../steps/features';
import { generator } from '../features/dirty-rows';

// Threads are started and models fitted for real: seconds on a busy machine.
jest.setTimeout(60_000);

// Eight chunks of rows: more than threads, so that which of them takes which is chance.
const ROWS = 140_000;
const distance: NumberFeature = { kind: 'number', name: 'distance', column: 'distance' };
const origin: CategoryFeature = { kind: 'category', name: 'origin', column: 'origin', normalise: [] };
const parameters = { trees: 6, leaves: 15, learningRate: 0.1, minRowsInLeaf: 20, lambda: 1, bins: 64, rowShare: 1 };

function madeUpRows(): { data: LabelledRows; features: FittedFeatures } {
  const random = generator(3);
  const values = Float32Array.from({ length: ROWS }, () => (random() < 0.1 ? NaN : random() * 10));
  const codes = Uint16Array.from({ length: ROWS }, () => Math.floor(random() * 400));
  const labels = Uint8Array.from(values, (v, r) =>
    Number(random() < 0.2 + (v > 6 ? 0.3 : 0) + ((codes[r] ?? 0) % 7 === 0 ? 0.4 : 0)),
  );
  const vocabulary = fitVocabulary(
    origin,
    Array.from({ length: 399 }, (_, i) => `o${i}`),
  );
  const columns: EncodedColumn[] = [
    { kind: 'number', feature: distance, values },
    { kind: 'category', feature: origin, codes, size: 400 },
  ];
  const features = { spec: { features: [distance, origin] }, vocabularies: new Map([['origin', vocabulary]]) };
  return { features, data: { rows: ROWS, positives: labels.reduce((a, b) => a + b, 0), labels, columns } };
}

const { data, features } = madeUpRows();
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const options = (threads: number, seed = 1) => ({
  threads,
  seed,
  signal: new AbortController().signal,
  progress: () => undefined,
});

/** The one that two threads train, fitted once. */
let fitted: ReturnType<typeof gbdt.fit> | undefined;
const byTwo = () => (fitted ??= gbdt.fit(data, features, parameters, options(2)));

test('one, two and three threads train the same gradient boosting to the byte', async () => {
  expect(layOut(binColumns(data.columns, ROWS, 64), ROWS, 15, { share: 1, seed: 1 }).chunks).toBe(8);
  const models = [await byTwo()];
  for (const threads of [1, 3]) models.push(await gbdt.fit(data, features, parameters, options(threads)));
  expect(new Set(models.map((m) => digest(m.toOnnx()))).size).toBe(1);
  expect(new Set(models.map((m) => m.trainingLogLoss)).size).toBe(1);
});

test('rows drawn for each tree hang on the seed alone: the same bytes for any threads, others for another seed', async () => {
  const drawn = { ...parameters, rowShare: 0.5 };
  const train = async (threads: number, seed: number) => gbdt.fit(data, features, drawn, options(threads, seed));
  const models = [await train(1, 7), await train(2, 7), await train(3, 7)];
  expect(new Set(models.map((m) => digest(m.toOnnx()))).size).toBe(1);
  expect(new Set(models.map((m) => m.trainingLogLoss)).size).toBe(1);
  // Seeds that share their lower 32 bits are not the same seed.
  const others = [
    await train(2, 8),
    await train(2, 7 + 2 ** 32),
    await gbdt.fit(data, features, parameters, options(2, 7)),
  ];
  expect(new Set([...models, ...others].map((m) => digest(m.toOnnx()))).size).toBe(4);
  // Half the rows of each tree, and still every row is led to its leaf.
  const [model] = models;
  const apart = model
    ?.predict(data.columns, ROWS)
    .reduce((w, p, r) => Math.max(w, Math.abs(p - (model.trainingProbabilities[r] ?? NaN))), 0);
  expect(apart).toBeLessThan(1e-12);
});

test('on all rows nothing is drawn, so the seed changes nothing', async () => {
  const of = async (seed: number) =>
    digest((await gbdt.fit(data, features, { ...parameters, trees: 2 }, options(1, seed))).toOnnx());
  expect(await of(1)).toBe(await of(2));
});

test('a draw takes its share of the rows, other rows for each tree and seed', () => {
  const draw = (seed: number, tree: number) => {
    const isDrawn = new Uint8Array(ROWS).fill(1);
    for (const first of [0, 30_000]) drawRows({ share: 0.3, seed }, tree, isDrawn, first, first === 0 ? 30_000 : ROWS);
    return isDrawn;
  };
  const draws = [draw(1, 0), draw(1, 1), draw(2, 0), draw(-1, 0)];
  for (const d of draws) expect(d.reduce((a, b) => a + b, 0) / ROWS).toBeCloseTo(0.3, 2);
  // Independent draws share 0.3 x 0.3 of the rows.
  const [a, ...rest] = draws;
  for (const d of rest) expect(d.reduce((n, v, r) => n + v * (a?.[r] ?? 0), 0) / ROWS).toBeCloseTo(0.09, 2);
});

test('training again gives the same logistic regression to the byte', async () => {
  const fit = async () => digest((await linear.fit(data, features, { iterations: 2, l2: 1e-6 }, options(1))).toOnnx());
  expect(await fit()).toBe(await fit());
});

test('the scores kept while training are those of the finished trees', async () => {
  const model = await byTwo();
  const predicted = model.predict(data.columns, ROWS);
  const apart = predicted.reduce(
    (worst, p, r) => Math.max(worst, Math.abs(p - (model.trainingProbabilities[r] ?? NaN))),
    0,
  );
  expect(apart).toBeLessThan(1e-12);
});

test('a cancelled training stops and lets its threads end', async () => {
  const controller = new AbortController();
  const fitting = gbdt.fit(data, features, parameters, {
    ...options(2),
    signal: controller.signal,
    progress: (round) => {
      if (round === 2) controller.abort(new Error('cancelled'));
    },
  });
  await expect(fitting).rejects.toThrow('cancelled');
});
