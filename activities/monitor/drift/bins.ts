/** Rows by value: how often each value occurs. */
export interface ValueCount<V> {
  readonly value: V;
  readonly rows: number;
}

/** Counts as shares of their total; all 0 when there is nothing. */
export function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return counts.map((n) => (total === 0 ? 0 : n / total));
}

/** How many rows there are. */
export function rowsOf(values: readonly ValueCount<unknown>[]): number {
  return values.reduce((sum, { rows }) => sum + rows, 0);
}

/**
 * The values in ascending order, each once (texts by their UTF-16 code units). A scan on several threads gives values in
 * any order: all sums run in this one, so that the same rows give the same bits.
 */
export function ascending<V extends number | string>(values: readonly ValueCount<V>[]): readonly ValueCount<V>[] {
  if (values.every(({ value }, i) => i === 0 || (values[i - 1]?.value ?? value) < value)) return values;
  const sorted = [...values].sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  const merged: { value: V; rows: number }[] = [];
  for (const { value, rows } of sorted) {
    const last = merged.at(-1);
    if (last?.value === value) last.rows += rows;
    else merged.push({ value, rows });
  }
  return merged;
}

/**
 * Rows by bin. `edges` are inner edges, ascending: bin i is `(edges[i - 1], edges[i]]`, the first and the last are open
 * outwards, so there is one bin more than there are edges and every number has one.
 */
export function countInBins(values: readonly ValueCount<number>[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const { value, rows } of values) {
    const bin = edgesBelow(edges, value);
    counts[bin] = (counts[bin] ?? 0) + rows;
  }
  return counts;
}

function edgesBelow(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The inner decile edges of a sample, no two equal: quantiles by linear interpolation between neighbours (Hyndman &
 * Fan 1996, definition 7; numpy's default).
 *
 * @param values in any order
 */
export function decileEdges(values: readonly ValueCount<number>[]): number[] {
  const sorted = ascending(values);
  const total = rowsOf(sorted);
  if (total === 0) return [];
  const at = (place: number): number => {
    let before = 0;
    for (const { value, rows } of sorted) {
      before += rows;
      if (place < before) return value;
    }
    return NaN;
  };
  const edges = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => {
    const place = (total - 1) * (tenth / 10);
    const [low, high] = [at(Math.floor(place)), at(Math.min(total - 1, Math.floor(place) + 1))];
    return low + (high - low) * (place - Math.floor(place));
  });
  return [...new Set(edges)];
}
