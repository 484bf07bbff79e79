/**
 * Danger: the step `weak-segments` puts a probability, a label and a column of different rows together, reads a value as another, or
 * takes what has none for something; its page lets a value out of the data become markup.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { withDuckdb } from '../../../activities/data/duckdb';
import { findSegments } from '../../../activities/evaluate/find-segments';
import { weakSegments } from '../../../steps';
import { bench, refused } from '../data/parquet';
import { tinyBytes } from '../../tiny-model';
import { folderContext, type FolderContext } from '../train/folder-artifacts';

const { work, write } = bench();
const flights = join(__dirname, '../../../node_modules/vega-datasets/data/flights-3m.parquet');
let context: FolderContext;
beforeAll(async () => {
  context = await folderContext();
});
afterAll(() => context.drop());

const label = { column: 'delay', atLeast: 15 };
const ofColumn = { kind: 'column', column: 'p' } as const;

async function dataset(name: string, select: string): Promise<string> {
  return context.artifacts.putFile(await write(name, select), 'dataset');
}

describe('January of the flights, scored by how late each hour is on the whole', () => {
  const SCORED = `
    SELECT date, delay, distance, origin, avg((delay >= 15)::INTEGER) OVER (PARTITION BY hour(date))::DOUBLE AS p
    FROM read_parquet($from) WHERE date < '2001-02-01' ORDER BY date, origin, destination, delay`;

  test('the airports of which the score knows nothing are found, with their true figures; the hours are not', async () => {
    const path = join(work.scratch, 'scored.parquet');
    await withDuckdb({ ...work, reads: [flights] }, (duck) => duck.writeParquet(SCORED, path, { from: flights }));
    const digest = await context.artifacts.putFile(path, 'dataset');
    const by = ['origin', 'distance', { name: 'hour', expression: 'hour(date)' }];
    const options = { measure: 'bias', minEffect: 0.05, pairs: false };
    const input = weakSegments.input.parse({ dataset: digest, label, scored: ofColumn, by, options });
    const found = weakSegments.output.parse(await findSegments(input, context));
    const total = found.rows.searched + found.rows.confirming;
    expect(Math.abs(found.rows.searched / total - 0.5)).toBeLessThan(0.01);
    const origins = found.segments.filter(({ weak, conditions }) => weak && conditions[0]?.column === 'origin');
    expect(origins.length).toBeGreaterThan(0);
    for (const { conditions, baseRate, meanPrediction } of origins) {
      const [condition] = conditions;
      if (condition?.is !== 'value') continue;
      const Truth = z.object({ late: z.number(), p: z.number() });
      const truth = await withDuckdb({ ...work, reads: [path] }, (duck) =>
        duck.row(
          Truth,
          `SELECT avg((delay >= 15)::INTEGER)::DOUBLE AS late, avg(p)::DOUBLE AS p FROM read_parquet($path) WHERE origin = $origin`,
          { path, origin: String(condition.value) },
        ),
      );
      // Half of its rows, less those of segments before it.
      expect(Math.abs(baseRate - meanPrediction - (truth.late - truth.p))).toBeLessThan(0.04);
    }
    expect(found.segments.filter(({ text }) => text.startsWith('hour'))).toEqual([]);
    const page = await readFile(await context.artifacts.pathOf(found.report), 'utf8');
    expect(page).toContain(`<h1>${found.weak} weak segment`);
    for (const { text } of found.segments) expect(page).toContain(text.replaceAll("'", '&#39;'));
    expect(await findSegments(input, context)).toEqual(found);
  });
});

describe('a model', () => {
  const features = {
    features: [
      { kind: 'number', name: 'x', column: 'x', missing: [-9] },
      { kind: 'category', name: 'c', column: 'carrier' },
      { kind: 'calendar', name: 'hour', column: 'at', part: 'hour' },
    ],
  };

  test('is scored on the rows that have a label, in their order, and told apart by its own features', async () => {
    // The model answers sigmoid(x), which is true but for carrier <i> at night; every seventh row has no label.
    const digest = await dataset(
      'model.parquet',
      `SELECT CASE WHEN i % 50 = 0 THEN -9 ELSE ((i * 7919) % 2000) / 1000.0 - 1 END::DOUBLE AS x,
              CASE WHEN i % 3 = 0 THEN '<i>' ELSE 'b' END AS carrier, TIMESTAMP '2001-01-01' + INTERVAL (i % 24) HOUR AS at,
              CASE WHEN i % 7 = 0 THEN NULL WHEN i % 3 = 0 AND i % 24 >= 20 THEN 30
                   WHEN ((i * 104729) % 9973) / 9973.0 < 1 / (1 + exp(-x)) THEN 30 ELSE 0 END AS delay
       FROM range(60000) r(i)`,
    );
    const model = await context.artifacts.putBytes(tinyBytes(), 'model');
    const scored = { kind: 'model', model, features };
    const input = (measure: string) =>
      weakSegments.input.parse({ dataset: digest, label, scored, options: { measure } });
    const found = await findSegments(input('bias'), context);
    expect(found.rows.searched + found.rows.confirming).toBe(60_000 - Math.ceil(60_000 / 7));
    expect(found.segments[0]).toMatchObject({ text: "c is '<i>' and hour above 19", weak: true, baseRate: 1 });
    expect(found.weak).toBe(1);
    // Log loss is high as well where the model knows that it does not know.
    const { segments } = await findSegments(input('log-loss'), context);
    const [hardest] = segments;
    expect(hardest?.text).toMatch(/^x above -0\.\d+, up to 0\.\d+$/);
    expect(Math.abs((hardest?.baseRate ?? 0) - (hardest?.meanPrediction ?? 0))).toBeLessThan(0.03);
    const page = await readFile(await context.artifacts.pathOf(found.report), 'utf8');
    expect(page).toContain('c is &#39;&lt;i&gt;&#39; and hour above 19');
    expect(page).not.toContain('<i>');
  });
});

describe('what cannot be told apart, or is no probability', () => {
  const rows = `SELECT 0.5::DOUBLE AS p, 20 AS delay, now()::TIMESTAMP AS at, [1] AS list, 'x' AS t FROM range(10)`;
  const parse = (dataset: string, more: object) =>
    weakSegments.input.parse({ dataset, label, scored: ofColumn, ...more });

  test.each([
    [['at'], 'PER_DATA_111', 'TIMESTAMP'],
    [['list'], 'PER_DATA_111', 'INTEGER[]'],
    [['nowhere'], 'PER_DATA_111', "'nowhere'"],
    [[{ name: 'bad', expression: 'no_such_function(t)' }], 'PER_DATA_111', "'bad'"],
    [['t', 't'], 'PER_DATA_111', "'t'"],
  ])('%j', async (by, code, named) => {
    await refused(findSegments(parse(await dataset('rows.parquet', rows), { by }), context), code, named);
  });

  test('probabilities beyond 1, none at all, a column that is not there, no label at all', async () => {
    const by = ['t'];
    const odd = await dataset('odd.parquet', `SELECT 1.5 AS p, 20 AS delay, 't' AS t`);
    await refused(findSegments(parse(odd, { by }), context), 'PER_DATA_113', '1.5');
    const none = await dataset('none.parquet', `SELECT NULL::DOUBLE AS p, 20 AS delay, 't' AS t`);
    await refused(findSegments(parse(none, { by }), context), 'PER_DATA_113', 'NaN');
    const other = { by, scored: { kind: 'column', column: 'q' } };
    await refused(findSegments(parse(odd, other), context), 'PER_MODEL_001', "'q'");
    const bare = await dataset('bare.parquet', `SELECT 0.5 AS p, NULL::INTEGER AS delay, 't' AS t`);
    await refused(findSegments(parse(bare, { by }), context), 'PER_MODEL_011');
    expect(weakSegments.input.safeParse({ dataset: odd, label, scored: ofColumn }).success).toBe(false);
  });
});
