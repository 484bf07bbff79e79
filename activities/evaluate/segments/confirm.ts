import type { Probabilities } from '../metrics';
import { type Segment, type SegmentCondition, type SegmentOptions } from '../../../steps/weak-segments';
import { type BinnedColumn, conditionText } from './bin-columns';
import { type Candidate, isInside } from './search';
import { clarityOf, holm, type MeanDifference, type Sums, welch } from './welch';
import { Z_95 } from '../metrics/normal';

/** Labels, probabilities, and what is measured of them, by row. */
export interface Scored {
  readonly labels: Uint8Array;
  readonly probabilities: Probabilities;
  readonly values: Float64Array;
}

/**
 * Tests segments on rows that had no part in finding them, each without the rows of those before it, and corrects the chances for
 * all of them (Holm 1979). Weak is what has the effect and the chance here, too.
 *
 * @param rows the rows that confirm
 */
export function confirmSegments(
  candidates: readonly Candidate[],
  columns: readonly BinnedColumn[],
  scored: Scored,
  rows: Uint32Array,
  { measure, minRows, minEffect, alpha }: Pick<SegmentOptions, 'measure' | 'minRows' | 'minEffect' | 'alpha'>,
): Segment[] {
  let left = rows;
  const measured = candidates.map((candidate) => {
    const inside = left.filter((row) => isInside(candidate, columns, row));
    left = left.filter((row) => !isInside(candidate, columns, row));
    return { candidate, ...figuresOf(inside, left, scored, minRows, measure === 'bias') };
  });
  const corrected = holm(measured.map(({ clarity }) => clarity.chance));
  return measured.map(({ candidate, difference, clarity, ...figures }, i) => {
    const conditions = candidate.flatMap(({ column, bin }) => columns[column]?.conditions[bin] ?? []);
    const { mean = 0, error = 0, effect = 0 } = difference ?? {};
    const correctedChance = corrected[i] ?? 1;
    return {
      conditions,
      text: textOf(conditions),
      ...figures,
      difference: { mean, low: mean - Z_95 * error, high: mean + Z_95 * error },
      effect,
      chance: clarity.chance,
      correctedChance,
      weak: difference !== null && clarity.effect >= minEffect && correctedChance <= alpha,
    };
  });
}

function textOf(conditions: readonly SegmentCondition[]): string {
  return conditions.map(conditionText).join(' and ');
}

type Figures = Pick<Segment, 'rows' | 'inside' | 'outside' | 'meanPrediction' | 'baseRate'>;

/** `difference` is null where there are too few rows for a test. */
function figuresOf(
  inside: Uint32Array,
  outside: Uint32Array,
  { labels, probabilities, values }: Scored,
  minRows: number,
  isBothWays: boolean,
): Figures & { readonly difference: MeanDifference | null; readonly clarity: ReturnType<typeof clarityOf> } {
  const [ofInside, ofOutside] = [sumsOf(inside, values), sumsOf(outside, values)];
  let [predicted, positives] = [0, 0];
  for (const row of inside) {
    predicted += probabilities[row] ?? 0;
    positives += labels[row] ?? 0;
  }
  const over = (sum: number, of: number): number => (of === 0 ? 0 : sum / of);
  const isEnough = Math.min(inside.length, outside.length) >= minRows;
  return {
    rows: inside.length,
    inside: over(ofInside.sum, inside.length),
    outside: over(ofOutside.sum, outside.length),
    meanPrediction: over(predicted, inside.length),
    baseRate: over(positives, inside.length),
    difference: isEnough ? welch(ofInside, ofOutside) : null,
    clarity: isEnough ? clarityOf(ofInside, ofOutside, isBothWays) : { t: 0, effect: 0, chance: 1 },
  };
}

function sumsOf(rows: Uint32Array, values: Float64Array): Sums {
  let [sum, squares] = [0, 0];
  for (const row of rows) {
    const value = values[row] ?? 0;
    sum += value;
    squares += value * value;
  }
  return { rows: rows.length, sum, squares };
}
