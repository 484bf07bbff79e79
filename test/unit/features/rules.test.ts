// Danger: a rule that training applies and serving does not (or otherwise) makes the model answer on other rows than it
// was judged on, and nothing fails. A rule that peeks at the rows it is judged on flatters itself.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import { InferenceSession } from 'onnxruntime-node';
import { z } from 'zod';
import { walk } from '../../../activities/deploy/admission';
import { layOutRows, openScorer } from '../../../activities/evaluate/score';
import type { EncodedColumn, FittedFeatures } from '../../../activities/train/features/encoded';
import { fitFeatures } from '../../../activities/train/features/fit-features';
import { FeatureGraph } from '../../../activities/train/features/graph';
import { withParquet } from '../../../activities/train/features/parquet';
import { type LabelledRows, readLabelled } from '../../../activities/train/features/read-features';
import { type RawBatch, readRawBatches } from '../../../activities/train/features/read-raw';
import { fitVocabulary } from '../../../activities/train/features/vocabulary';
import { gbdt } from '../../../activities/train/gbdt/trainer';
import { linear } from '../../../activities/train/linear/trainer';
import { describeRules } from '../../../activities/train/reference';
import type { FitOptions, FittedModel } from '../../../activities/train/trainer';
import { pipeline } from '../../../core';
import { readRows } from '../../../serving/read-rows';
import { ServedModel } from '../../../serving/process/served-model';
import { Dataset, FeatureSpec, signatureOf, train } from '../../../steps';
import { label, spec as withoutRules, writeTable } from './dirty-rows';
import { COLUMNS, dirty, ruled as spec } from './ruled-rows';

// Models are fitted and served for real: seconds on a busy machine.
jest.setTimeout(60_000);

interface Fitted {
  readonly features: FittedFeatures;
  readonly rows: LabelledRows;
}

const ROWS = 10_000;
let folder: string;
let tables = 0;
let trained: Fitted;
let served: LabelledRows;
const raw: RawBatch[] = [];

async function table(columns: string, rows: readonly (readonly DuckDBValue[])[]): Promise<string> {
  return writeTable(join(folder, `${++tables}`), columns, rows);
}

async function fit(path: string, of: FeatureSpec = spec, threads = 2): Promise<Fitted> {
  return withParquet(path, threads, async (file) => {
    const features = await fitFeatures(file, of, label);
    return { features, rows: await readLabelled(file, features, { label, every: 1 }) };
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rules-'));
  trained = await fit(await table(COLUMNS, dirty(4_000, 1, false)));
  await withParquet(await table(COLUMNS, dirty(ROWS, 7, true)), 2, async (file) => {
    served = await readLabelled(file, trained.features, { label, every: 1 });
    await readRawBatches(file, signatureOf(spec), { label, every: 1 }, async (batch) => {
      raw.push(batch);
      return Promise.resolve();
    });
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The features as the graph answers them, in the order of the spec. */
async function throughGraph(): Promise<number[][]> {
  const answers: number[][] = [];
  for (const feature of spec.features) {
    const graph = new FeatureGraph(trained.features);
    const value =
      feature.kind === 'number'
        ? graph.number(feature)
        : graph.toFloat(feature.kind === 'category' ? graph.category(feature) : graph.calendar(feature));
    graph.graph.output('probability', graph.graph.node('Reshape', [value, graph.graph.int64(-1n)]));
    const session = await InferenceSession.create(graph.graph.toBytes(), { logSeverityLevel: 3 });
    const answer: number[] = [];
    for (const batch of raw) {
      for (const part of layOutRows(batch).parts) {
        const { probability } = await session.run(Object.fromEntries(part.tensors));
        if (!(probability?.data instanceof Float32Array)) throw new TypeError('the graph answers in float32');
        answer.push(...probability.data);
      }
    }
    await session.release();
    answers.push(answer);
  }
  return answers;
}

const valuesOf = (column: EncodedColumn): number[] => [...(column.kind === 'number' ? column.values : column.codes)];
// 0 and -0 are one number to every trainer.
const plain = (values: readonly number[]): number[] => values.map((value) => value + 0);

test('ten thousand dirty rows have the same features through SQL and through the graph, with every rule', async () => {
  expect(served.rows).toBe(ROWS);
  const answers = await throughGraph();
  for (const [k, column] of served.columns.entries()) {
    expect({ feature: column.feature.name, values: plain(answers[k] ?? []) }).toEqual({
      feature: column.feature.name,
      values: plain(valuesOf(column)),
    });
  }
});

test('every repair is tried by the rows: each case fires in some and leaves others, and columns that only conditions read are inputs', () => {
  expect(signatureOf(spec).inputs.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['region', 'arrived', 'planned', 'seats']),
  );
  const parts = new Map(served.columns.map((column) => [column.feature.name, valuesOf(column)]));
  const share = (name: string, value: number) => {
    const values = parts.get(name) ?? [];
    return values.filter((one) => one === value).length / values.length;
  };
  expect(share('trip', Math.fround(12.1))).toBeGreaterThan(0.1);
  expect(share('trip', Math.fround(12.1))).toBeLessThan(0.9);
  expect(share('trip', trained.features.numbers?.get('trip')?.fill ?? NaN)).toBeGreaterThan(0);
  const stops = trained.features.vocabularies.get('stop');
  const at = stops?.values.indexOf("lax's åre") ?? -1;
  expect(at).toBeGreaterThanOrEqual(0);
  expect(share('stop', at + 1)).toBeGreaterThan(0.05);
});

test('a distance where origin and destination are one is no distance: by what is written, row by row', async () => {
  const of = FeatureSpec.parse({
    features: [
      {
        kind: 'number',
        name: 'distance',
        column: 'distance',
        repair: [
          { where: { text: 'origin', equals: { column: 'destination' } }, to: null },
          { where: { number: 'distance', atMost: 0 }, to: { column: 'planned' } },
          { where: { text: 'unit', equals: 'km' }, to: { column: 'distance', times: 0.5 } },
        ],
        otherwise: ['planned', { column: 'flown', plus: 1 }],
      },
    ],
  });
  const rows: [DuckDBValue[], number][] = [
    [['LAX', 'SFO', 100, null, null, null], 100],
    [['LAX', 'LAX', 100, null, null, null], NaN],
    [['LAX', 'LAX', 100, 7, 9, null], 7],
    [['LAX', 'LAX', 100, NaN, 9, null], 10],
    [[null, null, 100, 7, null, null], 100], // two that are missing are not the same
    [['', '', 100, 7, null, null], 100],
    [['LAX', 'lax', 100, 7, null, null], 100], // letter by letter
    [['LAX', 'SFO', -3, 7, 9, 'km'], 7], // the first case that holds
    [['LAX', 'SFO', 100, 7, 9, 'km'], 50],
    [['LAX', 'SFO', null, null, 9, 'km'], 10],
    [['LAX', 'SFO', -Infinity, 8, 9, 'km'], 8], // an infinity is missing, to tests too
  ];
  const columns =
    'origin VARCHAR, destination VARCHAR, distance DOUBLE, planned DOUBLE, flown DOUBLE, unit VARCHAR, delay DOUBLE';
  const path = await table(
    columns,
    rows.map(([values], i) => [...values, i % 2 === 0 ? 20 : 0]),
  );
  const { rows: read } = await fit(path, of);
  const [column] = read.columns;
  if (!column) throw new TypeError('no column');
  expect(valuesOf(column)).toEqual(rows.map(([, expected]) => expected));
});

const TREES = { trees: 40, leaves: 31, learningRate: 0.2, minRowsInLeaf: 5, lambda: 1, bins: 255, rowShare: 1 };
const options: FitOptions = { threads: 1, seed: 1, signal: new AbortController().signal, progress: () => undefined };

test.each([
  ['gradient boosting', ({ features, rows }: Fitted) => gbdt.fit(rows, features, TREES, options)],
  [
    'logistic regression',
    ({ features, rows }: Fitted) => linear.fit(rows, features, { iterations: 25, l2: 1e-4 }, options),
  ],
])('%s with every rule answers dirty rows as its trainer does, and passes admission', async (_name, fitted) => {
  const model: FittedModel = await fitted(trained);
  const onnx = model.toOnnx();
  expect(() => walk(onnx)).not.toThrow();
  const expected = model.predict(served.columns, served.rows);
  const scorer = await openScorer(onnx, ['cpu'], 1);
  let [row, worst] = [0, 0];
  for (const batch of raw) {
    for (const p of await scorer.score(batch)) {
      const apart = Math.abs(p - (expected[row++] ?? NaN));
      worst = Math.max(worst, Number.isNaN(apart) ? 1 : apart);
    }
  }
  await scorer.release();
  expect(row).toBe(ROWS);
  expect(worst).toBeLessThanOrEqual(1e-5);
});

test('a request with a sentinel is answered as one with the stand-in, through serving itself', async () => {
  // Without repairs, which look at the columns that the requests differ in.
  const plainer = FeatureSpec.parse({ features: spec.features.filter((feature) => feature.repair === undefined) });
  const { features, rows } = await fit(await table(COLUMNS, dirty(4_000, 1, false)), plainer);
  const model = await gbdt.fit(rows, features, TREES, options);
  const signature = { ...signatureOf(plainer), eventTime: 'at' };
  const promoted = { model: 'm', version: 1, seq: 1, promotedAt: '2001-01-01T00:00:00.000Z', signature };
  const server = await ServedModel.load(promoted, model.toOnnx());
  const whole = {
    miles: 500,
    km: 804.6721,
    fare: 80,
    seats: 40,
    city: 'lax',
    place: 'ÅRE',
    at: 1e12,
    planned: 5e12,
  };
  const { median } = { median: features.numbers?.get('miles')?.fill ?? NaN };
  const ask = async (rows: object[]) => server.run(readRows(signature, rows, '2001-01-01T00:00:00.000Z').rows);
  const [missing, filled, spelt, mapped, other, standIn] = await ask([
    { ...whole, miles: -999, km: null },
    { ...whole, miles: median, km: 5 },
    { ...whole, city: 'LOS ANGELES\t', miles: 500 },
    { ...whole, city: 'Los Angeles' },
    { ...whole, at: null },
    { ...whole, at: 5e12 },
  ]);
  await server.retire();
  expect(missing).toBe(filled);
  expect([missing, spelt, mapped, other].every((p) => typeof p === 'number' && p > 0 && p < 1)).toBe(true);
  expect(other).toBe(standIn);
});

test('figures are exact: those that the database works out over the training rows', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const path = await table(COLUMNS, dirty(4_000, 1, false));
  const query = `
    WITH r AS (SELECT TRY_CAST(fare AS FLOAT) f, seats FROM read_parquet($path)),
         c AS (SELECT least(greatest(f, -50.1::FLOAT), 400.3::FLOAT) f FROM r WHERE isfinite(f))
    SELECT (SELECT avg(f::DOUBLE)::FLOAT FROM c),
           (SELECT seats FROM r WHERE seats <> 0 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1),
           (SELECT quantile_disc(coalesce(CASE WHEN isfinite(f) THEN f END, seats::FLOAT), 0.05) FROM r)`;
  const [figures] = (await connection.runAndReadAll(query, { path })).getRows();
  connection.closeSync();
  instance.closeSync();
  const { numbers } = trained.features;
  expect(numbers?.get('mean')?.fill).toBeCloseTo(Number(figures?.[0]), 4);
  expect(numbers?.get('mode')?.fill).toBe(figures?.[1]);
  expect(numbers?.get('open')?.clip?.[0]).toBe(figures?.[2]);
  const fitted = describeRules(trained.features);
  expect(fitted).toMatchObject({
    city: { fill: 'lax' },
    'constant-city': { fill: 'none' },
    constant: { fill: Math.fround(-1.1) },
  });
  expect(Object.keys(fitted)).not.toContain('plain-city');
  expect(
    Object.values(fitted)
      .filter(({ fill }) => fill !== null)
      .every(({ filled }) => filled > 0),
  ).toBe(true);
});

const bytesOf = async ({ features, rows }: Fitted) =>
  Buffer.from((await gbdt.fit(rows, features, { ...TREES, trees: 3 }, options)).toOnnx());

test('rows in another order, and one thread or four, fit the same to the byte', async () => {
  const rows = dirty(4_000, 1, false);
  const turned = await fit(await table(COLUMNS, rows.toReversed()), spec, 4);
  expect(turned.features).toEqual(trained.features);
  const path = await table(COLUMNS, rows);
  const [one, four] = [await fit(path, spec, 1), await fit(path, spec, 4)];
  expect((await bytesOf(one)).equals(await bytesOf(four))).toBe(true);
});

test('what is fitted is of the file that is trained on: other rows would have given other figures', async () => {
  const both = await fit(await table(COLUMNS, [...dirty(4_000, 1, false), ...dirty(4_000, 2, false)]));
  expect(describeRules(both.features)).not.toEqual(describeRules(trained.features));
  // Reading the rows that a model is judged on changes nothing of what it was fitted with.
  const before = structuredClone(describeRules(trained.features));
  await withParquet(await table(COLUMNS, dirty(500, 3, true)), 1, (file) =>
    readLabelled(file, trained.features, { label, every: 1 }),
  );
  expect(describeRules(trained.features)).toEqual(before);
});

test('a spec without rules is written as it always was', async () => {
  const { features } = await fit(
    await table('"at" TIMESTAMP, distance DOUBLE, fare DOUBLE, origin VARCHAR, carrier VARCHAR, delay DOUBLE', [
      [new DuckDBTimestampValue(0n), 1, 2, ' lax', 'c', 20],
      [new DuckDBTimestampValue(1n), null, 3, 'SFO', 'd', 0],
    ]),
    withoutRules,
  );
  const graph = new FeatureGraph(features);
  const values = withoutRules.features.map((feature) => {
    if (feature.kind === 'number') return graph.number(feature);
    return feature.kind === 'calendar' ? graph.calendarNumber(feature) : graph.toFloat(graph.category(feature));
  });
  const bytes = graph.finish(graph.graph.node('Sum', values));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(
    '82b62d6781ab994fa020564867098c92fd855a645a7eed7363235808756c3d4c',
  );
  expect(describeRules(features)).toEqual({});
});

test('emoji, texts of a megabyte and a category for each row have the same codes through SQL and through the graph', async () => {
  const of = FeatureSpec.parse({ features: [{ kind: 'category', name: 'c', column: 'c' }] });
  const long = '😀'.repeat(250_000);
  const texts = [long, `${long}x`, '👩‍👩‍👧', '🇫🇷', '\u{1F3F3}\uFE0F', ...Array.from({ length: 500 }, (_, i) => `🛫${i}`)];
  const rows = texts.map((text, i): DuckDBValue[] => [text, i % 2 === 0 ? 20 : 0]);
  const unseen = [`${long}y`, '👩', '', null].map((text): DuckDBValue[] => [text, 0]);
  const { features } = await fit(await table('c VARCHAR, delay DOUBLE', rows), of);
  expect(features.vocabularies.get('c')?.values).toHaveLength(texts.length);
  await withParquet(await table('c VARCHAR, delay DOUBLE', [...rows, ...unseen]), 2, async (file) => {
    const { columns } = await readLabelled(file, features, { label, every: 1 });
    const graph = new FeatureGraph(features);
    const [feature] = of.features;
    const [column] = columns;
    if (feature?.kind !== 'category' || column === undefined) throw new TypeError('no category');
    const flat = graph.graph.node('Reshape', [graph.toFloat(graph.category(feature)), graph.graph.int64(-1n)]);
    graph.graph.output('probability', flat);
    const session = await InferenceSession.create(graph.graph.toBytes(), { logSeverityLevel: 3 });
    const answer: number[] = [];
    await readRawBatches(file, signatureOf(of), { label, every: 1 }, async (batch) => {
      for (const { tensors } of layOutRows(batch).parts) {
        const { probability } = await session.run(Object.fromEntries(tensors));
        if (!(probability?.data instanceof Float32Array)) throw new TypeError('the graph answers in float32');
        answer.push(...probability.data);
      }
    });
    await session.release();
    expect(answer).toEqual(valuesOf(column));
    expect(new Set(answer.slice(0, texts.length)).size).toBe(texts.length);
    expect(answer.slice(texts.length)).toEqual([0, 0, 0, 0]);
  });
});

test('more categories than a model can number are refused', () => {
  const feature = FeatureSpec.parse({ features: [category] }).features[0];
  if (feature?.kind !== 'category') throw new TypeError('no category');
  const spellings = Array.from({ length: 65_536 }, (_, i) => `v${i}`);
  expect(fitVocabulary(feature, spellings.slice(1)).values).toHaveLength(65_535);
  expect(() => fitVocabulary(feature, spellings)).toThrow("PER_MODEL_006] Feature 'c' has 65536 values");
});

const number = { kind: 'number', name: 'n', column: 'n' } as const;
const category = { kind: 'category', name: 'c', column: 'c' } as const;

test.each([
  [{ ...number, clip: { min: 2, max: 1 } }, 'clips to at least 2, at most 1'],
  [{ ...number, clip: [2, 1] }, 'clips to at least 2, at most 1'],
  [{ ...number, clip: {} }, 'neither a min nor a max'],
  [{ ...number, clip: { min: { quantile: 0.9 }, max: { quantile: 0.1 } } }, 'at least the quantile 0.9'],
  [{ ...number, clip: { max: { quantile: 1.5 } } }, 'expected number to be <=1'],
  [{ ...number, clip: { max: 5 }, impute: { value: 6 } }, 'beyond its own clip'],
  [{ ...number, missing: [-1], impute: { value: -1 } }, 'counts as missing'],
  [{ ...number, impute: { value: 1e300 } }, 'expected number to be <=3.4'],
  [{ ...number, otherwise: 'n' }, 'stand in for itself'],
  [{ ...category, map: { a: 'b', B: 'c' } }, "maps 'A' to 'B', which is mapped itself"],
  [{ ...category, map: { a: 'b', A: 'c' } }, "maps 'A' to two values"],
  [{ ...category, map: { a: ' ' } }, 'say null'],
  [{ ...category, map: { a: 'b' }, impute: { value: 'A' } }, "imputes 'A', which is mapped itself"],
  [{ ...category, impute: { value: ' ' } }, 'imputes a blank'],
  [{ ...number, otherwise: ['a', 'n'] }, 'stand in for itself'],
  [{ ...number, otherwise: ['a', { column: 'a', times: 2 }] }, "takes 'a' to stand in twice"],
  [
    { ...number, repair: [{ where: { text: 'n', equals: 'x' }, to: null }] },
    "'n', is used by features or conditions of different kinds (as number and as text)",
  ],
  [{ ...number, repair: [{ where: { text: 'o', below: 'x' }, to: null }] }, 'Unrecognized key: \\"below\\"'],
  [{ ...number, repair: [{ where: { number: 'o', equals: 'x' }, to: null }] }, 'a test of a number column: equals'],
  [
    { ...number, repair: [{ where: { sql: 'n > 1' }, to: null }] },
    "a condition begins with one of 'number', 'text' and 'timestamp'",
  ],
  [
    { ...number, repair: [{ where: { number: 'n > 1' }, to: null }] },
    "asks nothing of 'n > 1' (case 1 of its repairs)",
  ],
  [{ ...number, repair: [{ where: { any: [] }, to: null }] }, 'Too small: expected array to have >=1 items'],
  [
    { ...number, repair: [{ where: { all: [{ text: 'o', is: 'gone' }] }, to: null }] },
    "in 'all': a test of a text column: is",
  ],
  [
    { ...number, repair: [{ where: { not: { text: 'o', is: 'missing' }, any: [] }, to: null }] },
    'has nothing beside it',
  ],
  [{ ...number, repair: [{ where: { number: 'o', is: 'missing', below: 3 }, to: null }] }, 'that never holds'],
  [{ ...number, repair: [{ where: { number: 'o', below: { column: 'o' } }, to: null }] }, "compares 'o' with itself"],
  [{ ...number, repair: [{ where: { number: 'n', below: 0 }, to: { column: 'n' } }] }, "repairs 'n' to itself"],
  [{ ...number, missing: [-1], repair: [{ where: { number: 'o', below: 0 }, to: { value: -1 } }] }, 'say null'],
  [{ ...category, repair: [{ where: { text: 'o', equals: 'a' }, to: { value: 'a\0' } }] }, 'a text with a NUL'],
  [{ ...category, repair: [{ where: { text: 'o', equals: 'a\0' }, to: null }] }, 'a text with a NUL'],
])('a rule that contradicts itself is refused: %j', (feature, message) => {
  const { error } = FeatureSpec.safeParse({ features: [feature] });
  expect(error?.message).toContain(message);
});

/** `not` of `not` of ... of what reads `number` tells, as deep as asked for. */
function nested(depth: number, read: () => string): object {
  const innermost = {
    get number() {
      return read();
    },
    equals: 'x',
  };
  return Array.from({ length: depth }).reduce<object>((inner) => ({ not: inner }), innermost);
}

test.each([
  [8, "in 'not': in 'not': in 'not': in 'not': in 'not': in 'not': in 'not': in 'not': a test of a number column"],
  [9, 'a condition is nested deeper than 8'],
  [40, 'a condition is nested deeper than 8'],
  [100_000, 'a condition is nested deeper than 8'],
])(
  'a malformed condition nested %d deep is refused at once: nothing is parsed again for its message',
  (depth, message) => {
    let reads = 0;
    const where = nested(depth, () => {
      reads++;
      // Read twice as often with each level, it would never end.
      if (reads > 100) throw new Error('read over and over');
      return 'o';
    });
    const { error } = FeatureSpec.safeParse({ features: [{ ...number, repair: [{ where, to: null }] }] });
    expect(error?.message).toContain(message);
    expect(reads).toBeLessThanOrEqual(depth > 8 ? 0 : 100);
  },
);

test('a condition may be nested 8 deep, by any of the words, and no deeper', () => {
  const innermost: object = { number: 'o', above: 3 };
  const deep = (depth: number): object =>
    Array.from({ length: depth }).reduce<object>(
      (inner, _, i) => (i % 3 === 0 ? { not: inner } : { [i % 3 === 1 ? 'all' : 'any']: [innermost, inner] }),
      innermost,
    );
  const refused = (where: object) =>
    FeatureSpec.safeParse({ features: [{ ...number, repair: [{ where, to: null }] }] }).error?.message;
  expect(refused(deep(8))).toBeUndefined();
  expect(refused(deep(9))).toContain('a condition is nested deeper than 8');
});

test('a repair that cannot be compiled is refused where the pipeline is defined, though its data come later', () => {
  const defined = (where: object) =>
    pipeline('p', {
      config: z.object({ dataset: Dataset }),
      graph: (g, { dataset }) => {
        const features = { features: [{ ...number, repair: [{ where: where as never, to: null }] }] };
        return g.run(train, { dataset, features, label, trainer: { name: 'linear' } });
      },
    });
  expect(() => defined({ text: 'o' })).toThrow("features: feature 'n' asks nothing of 'o' (case 1 of its repairs)");
  expect(() => defined({ text: 'n', is: 'missing' })).toThrow(/PER_DEF_070.*'n', is used by features or conditions/);
  expect(() => defined({ sql: 'o = n' })).toThrow('features.features.0.repair.0.where');
  expect(defined({ text: 'o', equals: { column: 'd' } }).plan.body.nodes).toHaveLength(1);
});

test('a map may say what stays as it is, beside what comes to it', () => {
  const { success } = FeatureSpec.safeParse({ features: [{ ...category, map: { a: 'B', b: 'b', 'n/a': null } }] });
  expect(success).toBe(true);
});

test.each([
  ['PER_DATA_089', { ...number, impute: 'mean' }],
  ['PER_DATA_089', { ...number, impute: { value: 3 } }],
  ['PER_DATA_089', { ...category, impute: 'mode' }],
  ['PER_DATA_090', { kind: 'number', name: 'x', column: 'x', clip: { min: { quantile: 0.5 }, max: -5 } }],
  ['PER_DATA_090', { kind: 'number', name: 'x', column: 'x', clip: { max: { quantile: 0.5 } }, impute: { value: 99 } }],
])('%s where the training rows cannot be fitted: %j', async (code, feature) => {
  const path = await table('n DOUBLE, c VARCHAR, x DOUBLE, delay DOUBLE', [
    [null, ' ', 1, 20],
    [NaN, null, 2, 0],
  ]);
  await expect(fit(path, FeatureSpec.parse({ features: [feature] }))).rejects.toMatchObject({ code });
});
