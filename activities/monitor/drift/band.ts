import type { DriftStatistic } from '../../../steps/drift-statistics';
import { addCounts, takeCounts } from './add-counts';
import { type ColumnCounts, compareCounts } from './compare';

/** What a statistic comes to between a reference's own chunks, and the threshold that follows from it. */
export interface Band {
  readonly threshold: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** Of each chunk against all others, in their order. */
  readonly values: readonly number[];
}

/**
 * The error band of a statistic from the reference's own chunks (its weeks, say): each chunk against all others together,
 * then mean plus three standard deviations (over the chunks, divided by their number). NannyML's rule, but for one thing:
 * there a chunk is also part of what it is compared with, which makes the band too narrow. The share of false alarms
 * depends on how the statistic is distributed; where it must be known, use {@link chanceAmongChunks}. Chunks should be as
 * long as the windows that are judged: on less data every statistic is larger.
 *
 * @returns null with fewer than two chunks, or where the statistic is none for some chunk
 * @example
 * const band = bandOf(weeks, 'psi');
 * const moved = band !== null && (compareCounts(addCounts(weeks), window).statistics.psi ?? 0) > band.threshold;
 */
export function bandOf(chunks: readonly ColumnCounts[], statistic: DriftStatistic, deviations = 3): Band | null {
  const values = valuesOf(chunks, statistic);
  if (values === null) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardDeviation = Math.sqrt(squares / values.length);
  return { threshold: mean + deviations * standardDeviation, mean, standardDeviation, values };
}

/**
 * The chance that a chunk like the reference's own lies as far from all others as the window does: the window's rank among
 * the chunks and itself, each taken against all others. An alarm at `chance <= 0.05` is false in at most 5 % of windows
 * that are like the chunks, whatever the distribution (a permutation test of chunks; Vovk, Gammerman & Shafer 2005,
 * Algorithmic learning in a random world). It needs 19 chunks to get down to 0.05: with c of them the least is 1 / (c + 1).
 *
 * @returns null without a chunk, or where the statistic is none for some chunk
 * @example
 * const chance = chanceAmongChunks(weeks, window, 'wasserstein');
 */
export function chanceAmongChunks(
  chunks: readonly ColumnCounts[],
  window: ColumnCounts,
  statistic: DriftStatistic,
): number | null {
  const values = valuesOf([...chunks, window], statistic);
  const own = values?.at(-1);
  if (!values || own === undefined) return null;
  return values.filter((value) => value >= own).length / values.length;
}

/** The statistic of each chunk against all others together. */
function valuesOf(chunks: readonly ColumnCounts[], statistic: DriftStatistic): number[] | null {
  if (chunks.length < 2) return null;
  const all = addCounts(chunks);
  const values = chunks.map((chunk) => compareCounts(takeCounts(all, chunk), chunk).statistics[statistic]);
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? known : null;
}
