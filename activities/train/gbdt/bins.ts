import type { EncodedColumn } from '../features/encoded';

const { isNaN } = Number;

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

/**
 * The bins of all rows, row by row in shared memory: `places[row * features + f]` is `binStarts[f]` + the bin of
 * feature f, which is its place in a histogram over all features. (Row by row was measured at two thirds of the time
 * that column by column took.)
 */
export interface BinnedRows {
  readonly features: readonly BinnedFeature[];
  /** First place of each feature; the last entry is the number of places in all. */
  readonly binStarts: readonly number[];
  readonly places: Places;
}

/** 16 bits where they tell the places apart: half the memory. */
export type Places = Uint16Array | Uint32Array;

/** Cuts the columns into at most `bins` bins of about equal weight each (categories are never brought together). */
export function binColumns(columns: readonly EncodedColumn[], rows: number, bins: number): BinnedRows {
  const width = columns.length;
  const features = columns.map((column) => describeBins(column, bins));
  const binStarts = [0];
  for (const feature of features) binStarts.push((binStarts[binStarts.length - 1] ?? 0) + feature.bins);
  const places = placesFor(rows * width, binStarts[width] ?? 0);
  columns.forEach((column, f) => {
    const feature = features[f];
    const start = binStarts[f] ?? 0;
    if (!feature) return;
    const binOf = column.kind === 'number' ? numberBins(column.values, feature) : column.codes;
    for (let row = 0; row < rows; row++) places[row * width + f] = start + (binOf[row] ?? 0);
  });
  return { features, binStarts, places };
}

function placesFor(length: number, allBins: number): Places {
  if (allBins <= 2 ** 16) return new Uint16Array(new SharedArrayBuffer(length * 2));
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

function describeBins(column: EncodedColumn, bins: number): BinnedFeature {
  const { name } = column.feature;
  if (column.kind === 'category') {
    return { name, kind: 'category', bins: column.size, missing: -1, cuts: new Float32Array(0) };
  }
  const cuts =
    column.kind === 'number'
      ? cutValues(column.values, bins)
      : Float32Array.from({ length: column.size - 1 }, (_, part) => part);
  return { name, kind: 'number', bins: cuts.length + 2, missing: cuts.length + 1, cuts };
}

function numberBins(values: Float32Array, { cuts, missing }: BinnedFeature): Uint16Array {
  return Uint16Array.from(values, (value) => (isNaN(value) ? missing : firstAtLeast(cuts, value)));
}

/**
 * Cuts between distinct values so that each bin holds about the same number of rows; one bin per distinct value where
 * there are few enough. A cut is the midpoint of its neighbours, rounded to float32 so that it still parts them.
 */
export function cutValues(values: Float32Array, bins: number): Float32Array {
  const sorted = values.filter((v) => !isNaN(v)).sort();
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
