// Danger: the steps themselves. Data that nothing can be learnt from has to be refused by name, an export that answers
// otherwise than its trainer must never be stored, and a judgement has to be of the rows that it names.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBValue } from '@duckdb/node-api';
import { checkExport } from '../../../activities/train/self-check';
import { withParquet } from '../../../activities/train/features/parquet';
import { fitFeatures } from '../../../activities/train/features/fit-features';
import { readLabelled } from '../../../activities/train/features/read-features';
import { linear } from '../../../activities/train/linear/trainer';
import { evaluateModels } from '../../../activities/evaluate/evaluate-models';
import { trainModel } from '../../../activities/train/train-model';
import { evaluate, FeatureSpec, ReferenceProfile, train, TrainOutput } from '../../../steps';
import { dirtyRows, label, spec, writeRows, writeTable } from '../features/dirty-rows';
import { folderContext, type FolderContext } from './folder-artifacts';

jest.setTimeout(60_000);

let context: FolderContext;
beforeAll(async () => {
  context = await folderContext();
});
afterAll(() => context.drop());

const trees = { name: 'gbdt', parameters: { trees: 20, leaves: 8 } } as const;
const small = FeatureSpec.parse({
  features: [
    { kind: 'number', name: 'x', column: 'x' },
    { kind: 'category', name: 'c', column: 'c' },
  ],
});

async function dataset(columns: string, rows: readonly (readonly DuckDBValue[])[]): Promise<string> {
  const path = await writeTable(join(context.folder, 'table'), columns, rows);
  return context.artifacts.putFile(path, 'dataset');
}

async function dirtyDataset(count: number, seed: number): Promise<string> {
  return context.artifacts.putFile(
    await writeRows(join(context.folder, 'rows'), dirtyRows(count, seed, false)),
    'dataset',
  );
}

const inputFor = (digest: string, trainer: object = trees, features: FeatureSpec = small) =>
  train.input.parse({ dataset: digest, features, label, trainer });

test('training stores a model and its profile, and the same input gives the same bytes', async () => {
  const input = inputFor(await dirtyDataset(3_000, 1), trees, spec);
  const output = TrainOutput.parse(await trainModel(input, context));
  expect(output).toMatchObject({ trainer: 'gbdt', rows: 3_000 });
  expect(Object.values(output.importances).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
  expect(context.reported.at(-1)).toMatchObject({ round: 20, rounds: 20 });
  expect(await trainModel({ ...input, threads: 1 }, context)).toEqual(output);

  const profile = ReferenceProfile.parse(JSON.parse((await context.artifacts.read(output.reference)).toString()));
  const total = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
  const { distance, origin, hour } = profile.features;
  if (distance?.kind !== 'number' || origin?.kind !== 'category' || hour?.kind !== 'calendar') throw new Error('kinds');
  expect(total(distance.counts) + distance.missing).toBe(3_000);
  expect(distance.counts).toHaveLength(distance.edges.length + 1);
  expect(total(Object.values(origin.counts)) + origin.unknown).toBe(3_000);
  expect(origin.spellings).toMatchObject({ lax: 'LAX', ' LAX ': 'LAX' });
  expect(total(hour.counts) + hour.missing).toBe(3_000);
  expect(hour.counts).toHaveLength(24);
  expect(total(profile.score.counts)).toBe(3_000);
});

test('what rules fitted stands in the output and in the profile, and only where rules fitted something', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => [i % 3 ? i % 4 : null, i % 5 ? 'a' : null, i % 2 ? 20 : 0]);
  const digest = await dataset('x DOUBLE, c VARCHAR, delay DOUBLE', rows);
  const features = FeatureSpec.parse({
    features: [
      { kind: 'number', name: 'x', column: 'x', clip: { max: { quantile: 0.5 } }, impute: 'mean' },
      { kind: 'category', name: 'c', column: 'c', impute: { value: 'none' } },
      { kind: 'number', name: 'plain', column: 'x' },
    ],
  });
  const output = TrainOutput.parse(await trainModel(inputFor(digest, trees, features), context));
  // Of 40 numbers 0, 1, 2 and 3, ten each, the twentieth is 1; clipped to it their mean is 0.75.
  expect(output.fitted).toEqual({
    x: { clip: [-3.4028234663852886e38, 1], fill: 0.75, filled: 20 },
    c: { clip: null, fill: 'NONE', filled: 12 },
  });
  const profile = ReferenceProfile.parse(JSON.parse((await context.artifacts.read(output.reference)).toString()));
  expect(profile.features['x']).toMatchObject({ missing: 0, fill: 0.75 });
  expect(profile.features['plain']).toMatchObject({ missing: 20, clip: null });
  expect(await trainModel(inputFor(digest, trees), context)).not.toHaveProperty('fitted');
});

test('a candidate is judged on the rows of the data set, against baseline and champion', async () => {
  const digest = await dirtyDataset(3_000, 1);
  const judged = await dirtyDataset(4_000, 2);
  const candidate = await trainModel(inputFor(digest, trees, spec), context);
  const baseline = await trainModel(inputFor(digest, { name: 'linear' }, spec), context);
  const models = { candidate: candidate.model, baseline: baseline.model, champion: candidate.model };
  const input = evaluate.input.parse({ dataset: judged, features: spec, label, ...models });
  const output = evaluate.output.parse(await evaluateModels(input, context));
  expect(output.candidate.rows).toBe(4_000);
  expect(output.candidate.rocAuc).toBeGreaterThan(0.7);
  expect(output.champion).toEqual(output.candidate);
  // The champion is the candidate itself: no better, so refused.
  expect(output.versusChampion).toEqual({ mean: 0, low: 0, high: 0 });
  expect(output.passes).toBe(false);
  expect(output.reason).toContain('not clearly better than the champion');
  expect(['cuda', 'cpu']).toContain(output.provider);
  expect(output.providerNote === '').toBe(output.provider === 'cuda');

  const alone = evaluate.output.parse(await evaluateModels({ ...input, champion: null }, context));
  expect(alone).toMatchObject({ champion: null, versusChampion: null });
});

test('one class only is judged, without ROC-AUC', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => [i, i % 2 ? 'a' : 'b', i % 3 ? 20 : 0]);
  const trained = await trainModel(inputFor(await dataset('x DOUBLE, c VARCHAR, delay DOUBLE', rows)), context);
  const late = await dataset(
    'x DOUBLE, c VARCHAR, delay DOUBLE',
    rows.map(([x, c]) => [x ?? 0, c ?? '', 20]),
  );
  const models = { candidate: trained.model, baseline: trained.model, champion: null };
  const input = evaluate.input.parse({ dataset: late, features: small, label, ...models });
  const { candidate } = await evaluateModels(input, context);
  expect(candidate).toMatchObject({ rocAuc: null, positives: 50 });
});

test.each([
  [
    'PER_MODEL_001',
    "Column 'c' is not among 'x', 'delay'",
    'x DOUBLE, delay DOUBLE',
    [
      [1, 20],
      [2, 0],
    ],
  ],
  [
    'PER_MODEL_001',
    "Column 'delay'",
    'x DOUBLE, c VARCHAR',
    [
      [1, 'a'],
      [2, 'b'],
    ],
  ],
  ['PER_MODEL_002', "the label 'delay'", 'x DOUBLE, c VARCHAR, delay DOUBLE', []],
  [
    'PER_MODEL_002',
    "the label 'delay'",
    'x DOUBLE, c VARCHAR, delay DOUBLE',
    [
      [1, 'a', null],
      [2, 'b', NaN],
    ],
  ],
  [
    'PER_MODEL_003',
    'Every row of 2',
    'x DOUBLE, c VARCHAR, delay DOUBLE',
    [
      [1, 'a', 20],
      [2, 'b', 15],
    ],
  ],
  [
    'PER_MODEL_003',
    'No row of 2',
    'x DOUBLE, c VARCHAR, delay DOUBLE',
    [
      [1, 'a', 2],
      [2, 'b', 14.9],
    ],
  ],
  [
    'PER_MODEL_004',
    "Feature 'x' (column 'x')",
    'x DOUBLE, c VARCHAR, delay DOUBLE',
    [
      [null, 'a', 20],
      [NaN, 'b', 0],
    ],
  ],
  [
    'PER_MODEL_004',
    "Feature 'c' (column 'c')",
    'x DOUBLE, c VARCHAR, delay DOUBLE',
    [
      [1, ' ', 20],
      [2, null, 0],
    ],
  ],
  [
    'PER_MODEL_005',
    "Column 'x' is VARCHAR",
    'x VARCHAR, c VARCHAR, delay DOUBLE',
    [
      ['1', 'a', 20],
      ['2', 'b', 0],
    ],
  ],
  ['PER_MODEL_005', "Column 'delay' is VARCHAR", 'x DOUBLE, c VARCHAR, delay VARCHAR', [[1, 'a', '20']]],
] as const)('%s names what is wrong: %s', async (code, detail, columns, rows) => {
  const digest = await dataset(columns, rows);
  const refusal: unknown = await trainModel(inputFor(digest), context).catch((error: unknown) => error);
  expect(String(refusal)).toContain(`[${code}]`);
  expect(String(refusal)).toContain(detail);
});

test('a file that is no Parquet is refused by name', async () => {
  const path = join(context.folder, 'broken');
  await writeFile(path, 'PAR1 but no more');
  const digest = await context.artifacts.putFile(path, 'dataset');
  await expect(trainModel(inputFor(digest), context)).rejects.toMatchObject({ code: 'PER_MODEL_008' });
});

test('a model that ONNX Runtime cannot load is refused by name', async () => {
  const broken = await context.artifacts.putBytes(Buffer.from('not a model'), 'model');
  const models = { candidate: broken, baseline: broken, champion: null };
  const digest = await dirtyDataset(100, 1);
  const input = evaluate.input.parse({ dataset: digest, features: spec, label, ...models });
  await expect(evaluateModels(input, context)).rejects.toMatchObject({ code: 'PER_MODEL_010' });
});

test('an export that answers otherwise than its trainer is refused', async () => {
  const path = await writeRows(join(context.folder, 'check'), dirtyRows(500, 1, false));
  await withParquet(path, 1, async (file) => {
    const features = await fitFeatures(file, spec, label);
    const data = await readLabelled(file, features, { label, every: 1 });
    const options = { threads: 1, seed: 1, signal: context.signal, progress: () => undefined };
    const model = await linear.fit(data, features, { iterations: 2, l2: 0.1 }, options);
    const shifted = {
      predict: (...rows: Parameters<typeof model.predict>) => model.predict(...rows).map((p) => p + 2e-5),
    };
    const onnx = model.toOnnx();
    const { difference, golden } = await checkExport(file, features, label, 500, model, onnx);
    expect(difference).toBeLessThan(1e-6);
    expect(golden.rows).toHaveLength(100);
    await expect(checkExport(file, features, label, 500, shifted, onnx)).rejects.toMatchObject({
      code: 'PER_MODEL_007',
    });
  });
});
