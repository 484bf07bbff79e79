import { perennialError } from '../../core/errors';
import { type Label, signatureOf } from '../../steps/features';
import { openScorer } from '../evaluate/score';
import type { FittedFeatures } from './features/encoded';
import type { ParquetFile } from './features/parquet';
import { readLabelled } from './features/read-features';
import { readRawBatches } from './features/read-raw';
import type { FittedModel } from './trainer';

const TOLERANCE = 1e-5;
const SAMPLE_ROWS = 2_000;

/**
 * Scores a sample of the training rows twice, from raw values through the exported ONNX and from encoded features
 * through the trainer's own predictor, and refuses a model that does not reproduce.
 *
 * @param rows how many labelled rows the file has
 * @returns the largest difference between the two probabilities of a row.
 * @throws PER_MODEL_007
 */
export async function checkExport(
  file: ParquetFile,
  features: FittedFeatures,
  label: Label,
  rows: number,
  model: Pick<FittedModel, 'predict'>,
  onnx: Uint8Array,
): Promise<number> {
  const choice = { label, every: Math.max(1, Math.floor(rows / SAMPLE_ROWS)) };
  const encoded = await readLabelled(file, features, choice);
  const expected = model.predict(encoded.columns, encoded.rows);
  const scorer = await openScorer(onnx, ['cpu'], 1);
  let [row, worst] = [0, 0];
  await readRawBatches(file, signatureOf(features.spec), choice, async (batch) => {
    for (const p of await scorer.score(batch)) worst = Math.max(worst, distance(p, expected[row++]));
  });
  await scorer.release();
  if (row !== encoded.rows) throw new RangeError(`${row} rows were scored, ${encoded.rows} were expected`);
  if (worst > TOLERANCE) {
    throw perennialError('PER_MODEL_007', `On ${row} training rows the two differ by up to ${worst}.`);
  }
  return worst;
}

/** NaN on either side counts as the largest distance there is. */
function distance(p: number, expected: number | undefined): number {
  const apart = Math.abs(p - (expected ?? NaN));
  return Number.isNaN(apart) ? 1 : apart;
}
