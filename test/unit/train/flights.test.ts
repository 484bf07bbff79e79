// Danger: a trainer that runs, exports and reproduces, and yet has learnt little. Judged on real flights of a month
// that it has not seen, gradient boosting has to beat the linear baseline that every run is compared with.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { measureQuality, pairedDifference } from '../../../activities/evaluate/metrics';
import { judgeCandidate } from '../../../activities/evaluate/gate';
import type { FittedFeatures } from '../../../activities/train/features/encoded';
import { withParquet } from '../../../activities/train/features/parquet';
import { fitFeatures } from '../../../activities/train/features/fit-features';
import { type LabelledRows, readLabelled } from '../../../activities/train/features/read-features';
import { gbdt } from '../../../activities/train/gbdt/trainer';
import { linear } from '../../../activities/train/linear/trainer';
import type { FitOptions } from '../../../activities/train/trainer';
import { features as flightFeatures, late } from '../../../pipelines/flight-delays/data';
import { flightDelays } from '../../../pipelines/flight-delays/pipeline';

jest.setTimeout(300_000);

const options: FitOptions = { threads: 2, seed: 1, signal: new AbortController().signal, progress: () => undefined };
let folder: string;
let features: FittedFeatures;
let january: LabelledRows;
let april: LabelledRows;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flights-'));
  await withParquet(await writeMonth(1), 2, async (file) => {
    features = await fitFeatures(file, flightFeatures, late);
    january = await readLabelled(file, features, { label: late, every: 1 });
  });
  await withParquet(await writeMonth(4), 2, async (file) => {
    april = await readLabelled(file, features, { label: late, every: 5 });
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The flights of a month of 2001; January thinned to three rows in five, to keep the test to seconds. */
async function writeMonth(month: number): Promise<string> {
  const path = join(folder, `${month}.parquet`);
  const source = join(process.cwd(), 'node_modules/vega-datasets/data/flights-3m.parquet');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const thin = month === 1 ? 'AND file_row_number % 5 < 3' : '';
  const rows = `FROM read_parquet($source, file_row_number = true) WHERE month(date) = $month ${thin}`;
  await connection.run(`COPY (SELECT * EXCLUDE file_row_number ${rows}) TO $path (FORMAT parquet)`, {
    path,
    source,
    month,
  });
  connection.closeSync();
  instance.closeSync();
  return path;
}

test('trained on January, gradient boosting beats logistic regression on April', async () => {
  const parameters = flightDelays.config.shape.gbdt.parse(undefined);
  const boosted = await gbdt.fit(january, features, parameters, options);
  const baseline = await linear.fit(january, features, { iterations: 25, l2: 1e-6 }, options);
  const [p, q] = [boosted, baseline].map((model) => model.predict(april.columns, april.rows));
  if (!p || !q) throw new Error('two models give two sets of probabilities');
  const [trees, line] = [measureQuality(april.labels, p), measureQuality(april.labels, q)];
  process.stdout.write(`${JSON.stringify({ rows: january.rows, trees, line }, null, 1)}\n`);
  expect(trees.rocAuc).toBeGreaterThan((line.rocAuc ?? 1) + 0.01);
  expect(trees.rocAuc).toBeGreaterThan(0.65);
  expect(trees.logLoss).toBeLessThan(line.logLoss);
  expect(judgeCandidate(pairedDifference(april.labels, p, q), null).passes).toBe(true);
});
