import type { EncodedColumn } from '../features/encoded';

/**
 * How one feature was cut into bins. Numbers and calendar parts: bin i holds values in (cuts[i-1], cuts[i]], the last
 * value bin what is above all cuts, and `missing` is a bin of its own. Categories: the bin is the code.
 */
export interface BinnedFeature {
  readonly name: string;
  readonly kind: 'number' | 'category';
  /** Bins in all, the missing one included. */
  readonly bins: number;
  /** Number of the missing bin; -1 for a category, whose unknown code is a bin like any other. */
  readonly missing: number;
  /** Thresholds between neighbouring value bins, float32 ascending: what is compared with `<=` in serving. */
  readonly cuts: Float32Array;
}

/** Bin numbers of all rows, column-major in shared memory: bin of feature f in row r is `codes[f * rows + r]`. */
export interface BinnedRows {
  readonly rows: number;
  readonly features: readonly BinnedFeature[];
  readonly codes: Uint16Array;
}

/** Cuts the columns into at most `bins` bins of about equal weight each (categories are never brought together). */
export function binColumns(columns: readonly EncodedColumn[], rows: number, bins: number): BinnedRows {
  const codes = new Uint16Array(new SharedArrayBuffer(Math.max(2, columns.length * rows * 2)));
  const features = columns.map((column, f) => {
    const target = codes.subarray(f * rows, (f + 1) * rows);
    const { name } = column.feature;
    if (column.kind === 'number') return binNumbers(name, column.values, bins, target);
    target.set(column.codes);
    const empty = new Float32Array(0);
    if (column.kind === 'category') {
      return { name, kind: 'category' as const, bins: column.size, missing: -1, cuts: empty };
    }
    const cuts = Float32Array.from({ length: column.size - 1 }, (_, part) => part);
    return { name, kind: 'number' as const, bins: column.size + 1, missing: column.size, cuts };
  });
  return { rows, features, codes };
}

function binNumbers(name: string, values: Float32Array, bins: number, target: Uint16Array): BinnedFeature {
  const cuts = cutValues(values, bins);
  const missing = cuts.length + 1;
  for (let r = 0; r < values.length; r++) {
    const value = values[r] ?? NaN;
    target[r] = Number.isNaN(value) ? missing : firstAtLeast(cuts, value);
  }
  return { name, kind: 'number', bins: missing + 1, missing, cuts };
}

/**
 * Cuts between distinct values so that each bin holds about the same number of rows; one bin per distinct value where
 * there are few enough. A cut is the midpoint of its neighbours, rounded to float32 so that it still parts them.
 */
export function cutValues(values: Float32Array, bins: number): Float32Array {
  const sorted = values.filter((v) => !Number.isNaN(v)).sort();
  const { distinct, counts } = countDistinct(sorted);
  const cuts: number[] = [];
  let left = sorted.length;
  let inBin = 0;
  for (let i = 0; i + 1 < distinct.length; i++) {
    inBin += counts[i] ?? 0;
    const binsLeft = bins - cuts.length;
    if (distinct.length > bins && (inBin < left / binsLeft || binsLeft <= 1)) continue;
    cuts.push(midpoint(distinct[i] ?? 0, distinct[i + 1] ?? 0));
    left -= inBin;
    inBin = 0;
  }
  return Float32Array.from(cuts);
}

function countDistinct(sorted: Float32Array): { distinct: number[]; counts: number[] } {
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (distinct.length === 0 || value !== distinct[distinct.length - 1]) {
      distinct.push(value);
      counts.push(0);
    }
    counts[counts.length - 1] = (counts[counts.length - 1] ?? 0) + 1;
  }
  return { distinct, counts };
}

function midpoint(low: number, high: number): number {
  const middle = Math.fround(low + (high - low) / 2);
  return middle >= low && middle < high ? middle : low;
}

/** The first place whose cut is not below the value; the number of cuts when all are. */
function firstAtLeast(cuts: Float32Array, value: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= (cuts[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}
