import { perennialError } from '../../core/errors';
import { type Label, signatureOf } from '../../steps/features';
import type { Golden } from '../deploy/admission';
import { openScorer } from '../evaluate/score';
import type { FittedFeatures } from './features/encoded';
import type { ParquetFile } from './features/parquet';
import { readLabelled } from './features/read-features';
import { readRawBatches } from './features/read-raw';
import { GoldenRows } from './golden-rows';
import type { FittedModel } from './trainer';

const TOLERANCE = 1e-5;
const SAMPLE_ROWS = 2_000;

/** What the check of an export found. */
export interface CheckedExport {
  /** The largest difference between the two probabilities of a row. */
  readonly difference: number;
  /** Some rows of the sample with the trainer's answers, for admission to ask the model again. */
  readonly golden: Golden;
}

/**
 * Scores a sample of the training rows twice, from raw values through the exported ONNX and from encoded features
 * through the trainer's own predictor, and refuses a model that does not reproduce.
 *
 * @param rows how many labelled rows the file has
 * @throws PER_MODEL_007
 */
export async function checkExport(
  file: ParquetFile,
  features: FittedFeatures,
  label: Label,
  rows: number,
  model: Pick<FittedModel, 'predict'>,
  onnx: Uint8Array,
): Promise<CheckedExport> {
  const choice = { label, every: Math.max(1, Math.floor(rows / SAMPLE_ROWS)) };
  const encoded = await readLabelled(file, features, choice);
  const expected = model.predict(encoded.columns, encoded.rows);
  const scorer = await openScorer(onnx, ['cpu'], 1);
  const signature = signatureOf(features.spec);
  const golden = new GoldenRows(signature.inputs, GoldenRows.strideFor(encoded.rows));
  let [row, worst] = [0, 0];
  await readRawBatches(file, signature, choice, async (batch) => {
    golden.offer(batch, expected.subarray(row, row + batch.rows));
    for (const p of await scorer.score(batch)) worst = Math.max(worst, distance(p, expected[row++]));
  });
  await scorer.release();
  if (row !== encoded.rows) throw new RangeError(`${row} rows were scored, ${encoded.rows} were expected`);
  if (worst > TOLERANCE) {
    throw perennialError('PER_MODEL_007', `On ${row} training rows the two differ by up to ${worst}.`);
  }
  return { difference: worst, golden: golden.golden() };
}

/** NaN on either side counts as the largest distance there is. */
function distance(p: number, expected: number | undefined): number {
  const apart = Math.abs(p - (expected ?? NaN));
  return Number.isNaN(apart) ? 1 : apart;
}
