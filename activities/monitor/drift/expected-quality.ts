import type { Probabilities } from '../../evaluate/metrics';

/** What answers are expected to be worth before any label is there. */
export interface ExpectedQuality {
  /** null without two rows of different score, or where one class is expected never to occur. */
  readonly rocAuc: number | null;
  readonly accuracy: number;
  /** In nats. */
  readonly logLoss: number;
  /** The expected share of positives. */
  readonly baseRate: number;
}

/** What a certain answer is taken to be off by, so that its loss is finite: as the log loss of labelled rows. */
const SMALLEST = 1e-15;

/**
 * Estimates the quality of answers without labels: confidence-based performance estimation, CBPE (NannyML's documentation,
 * "Estimation of performance of the monitored model"; Guo et al. 2017 on calibration). A row with probability p counts as p of a
 * positive and 1 - p of a negative; quality is that of such rows. It holds while the probabilities are calibrated: when
 * the rows change it follows, when what the rows mean changes (concept drift) it does not see it. Use windows of some
 * hundred rows at least.
 *
 * @param probabilities calibrated, by row
 * @param options `scores`: what the model answered, where it is not the calibrated probability itself: rows are ranked by it.
 * `threshold`: a score from which on a row is answered as positive; default 0.5
 * @returns null without a row
 * @throws RangeError for as many scores as there are not rows
 * @example
 * const expected = expectedQuality(Float64Array.of(0.1, 0.8, 0.4));
 */
export function expectedQuality(
  probabilities: Probabilities,
  options: { readonly scores?: Probabilities; readonly threshold?: number } = {},
): ExpectedQuality | null {
  const { scores = probabilities, threshold = 0.5 } = options;
  const rows = probabilities.length;
  if (scores.length !== rows) throw new RangeError(`${scores.length} scores for ${rows} probabilities`);
  if (rows === 0) return null;
  let [right, loss, positives] = [0, 0, 0];
  probabilities.forEach((p, row) => {
    const score = scores[row] ?? NaN;
    right += score >= threshold ? p : 1 - p;
    loss -= p * logOf(score) + (1 - p) * logOf(1 - score);
    positives += p;
  });
  return {
    rocAuc: expectedRocAuc(probabilities, scores),
    accuracy: right / rows,
    logLoss: loss / rows,
    baseRate: positives / rows,
  };
}

function logOf(probability: number): number {
  return Math.log(Math.max(SMALLEST, probability));
}

/** Rows by falling score; equal scores are one step of the curve. */
function expectedRocAuc(probabilities: Probabilities, scores: Probabilities): number | null {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  let [positives, negatives, area] = [0, 0, 0];
  for (let i = 0; i < order.length;) {
    const score = scores[order[i] ?? 0];
    let [up, right] = [0, 0];
    for (; i < order.length && scores[order[i] ?? 0] === score; i++) {
      const p = probabilities[order[i] ?? 0] ?? 0;
      up += p;
      right += 1 - p;
    }
    area += right * (positives + up / 2);
    positives += up;
    negatives += right;
  }
  return positives > 0 && negatives > 0 ? area / positives / negatives : null;
}
