// Danger: a model that depends on how many threads happened to train it cannot be reproduced, cached or compared.
import { createHash } from 'node:crypto';
import type { EncodedColumn, FittedFeatures } from '../../../activities/train/features/encoded';
import type { LabelledRows } from '../../../activities/train/features/read-features';
import { fitVocabulary } from '../../../activities/train/features/vocabulary';
import { layOut } from '../../../activities/train/gbdt/shared';
import { binColumns } from '../../../activities/train/gbdt/bins';
import { gbdt } from '../../../activities/train/gbdt/trainer';
import { linear } from '../../../activities/train/linear/trainer';
import type { CategoryFeature, NumberFeature } from '../../../steps/features';
import { generator } from '../features/dirty-rows';

// Threads are started and models fitted for real: seconds on a busy machine.
jest.setTimeout(60_000);

// Three chunks of rows, so that three threads all have work.
const ROWS = 80_000;
const distance: NumberFeature = { kind: 'number', name: 'distance', column: 'distance' };
const origin: CategoryFeature = { kind: 'category', name: 'origin', column: 'origin', normalise: [] };
const parameters = { trees: 12, leaves: 15, learningRate: 0.1, minRowsInLeaf: 20, lambda: 1, bins: 64 };

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
const options = (threads: number) => ({
  threads,
  seed: 1,
  signal: new AbortController().signal,
  progress: () => undefined,
});

test('one, two and three threads train the same gradient boosting to the byte', async () => {
  expect(layOut(binColumns(data.columns, ROWS, 64), ROWS, 15).chunks).toBeGreaterThanOrEqual(3);
  const models = [];
  for (const threads of [1, 2, 3]) models.push(await gbdt.fit(data, features, parameters, options(threads)));
  expect(new Set(models.map((m) => digest(m.toOnnx()))).size).toBe(1);
  expect(new Set(models.map((m) => m.trainingLogLoss)).size).toBe(1);
});

test('training again gives the same logistic regression to the byte', async () => {
  const fit = async () => digest((await linear.fit(data, features, { iterations: 2, l2: 1e-6 }, options(1))).toOnnx());
  expect(await fit()).toBe(await fit());
});

test('the scores kept while training are those of the finished trees', async () => {
  const model = await gbdt.fit(data, features, parameters, options(2));
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
