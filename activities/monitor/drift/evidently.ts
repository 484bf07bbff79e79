import { ascending, rowsOf, type ValueCount } from './bins';
import { sideBySide } from './side-by-side';

// Evidently's own bins and shares, for comparing figures with a report of it. Everything else here uses deciles of the
// reference and a fixed floor.

/**
 * Shares of both samples in equal bins over both, as many as Sturges' rule says for all rows (Sturges 1926; numpy's
 * `histogram_bin_edges(..., 'sturges')`): bin i is `[e_i, e_i+1)`, the last one closed. Evidently's bins for numbers with
 * more than 20 values. Needs a row on some side.
 */
export function sturgesShares(
  reference: readonly ValueCount<number>[],
  current: readonly ValueCount<number>[],
): [number[], number[]] {
  const values = sideBySide(reference, current).map(({ value }) => value);
  const [low = 0, high = 0] = [values[0], values.at(-1)];
  const rows = rowsOf(reference) + rowsOf(current);
  const bins = Math.max(1, Math.ceil((high - low) / ((high - low) / (Math.log2(rows) + 1)) || 1));
  const step = (high - low) / bins;
  const starts = Array.from({ length: bins }, (_, i) => low + i * step);
  return [sharesFrom(reference, starts), sharesFrom(current, starts)];
}

/** Shares by bin, from where each bin starts. */
function sharesFrom(values: readonly ValueCount<number>[], starts: readonly number[]): number[] {
  const counts = starts.map(() => 0);
  let bin = 0;
  for (const { value, rows } of ascending(values)) {
    while ((starts[bin + 1] ?? Infinity) <= value) bin++;
    counts[bin] = (counts[bin] ?? 0) + rows;
  }
  const total = rowsOf(values);
  return counts.map((n) => n / total);
}

/**
 * Shares with the empty ones filled as Evidently does for its PSI: by a millionth of the smallest share that is there, or
 * by 1e-4 where that one is larger than 1e-4.
 */
export function fillEmpty(shares: readonly number[]): number[] {
  const smallest = shares.reduce((least, share) => (share > 0 ? Math.min(least, share) : least), Infinity);
  const filler = smallest <= 1e-4 ? smallest / 1e6 : 1e-4;
  return shares.map((share) => (share === 0 ? filler : share));
}
