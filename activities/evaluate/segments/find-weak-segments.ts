import { type SegmentFindings, SegmentOptions } from '../../../steps/weak-segments';
import { perennialError } from '../../../core/errors';
import { type Probabilities, rowLoss } from '../metrics';
import { binColumn, type SegmentColumn } from './bin-columns';
import { confirmSegments, type Scored } from './confirm';
import { searchSegments } from './search';

/** Labelled and scored rows, with what they are told apart by. */
export interface SegmentRows {
  /** 0 or 1 by row. */
  readonly labels: Uint8Array;
  /** From 0 to 1, by row. */
  readonly probabilities: Probabilities;
  readonly columns: readonly SegmentColumn[];
}

/**
 * Finds slices by one or two columns where a model is weak. A seeded half of the rows proposes them, the other half tests each by
 * Welch's test, corrected by Holm's procedure: had a segment been found and judged on the same rows, the best of thousands would
 * look weak without being so. Rows are taken as independent. The same rows and options give the same findings.
 *
 * @throws PER_MODEL_011 without a row, PER_DATA_113 for a probability that is none
 * @example
 * const { segments } = findWeakSegments({ labels, probabilities, columns: [{ name: 'age', kind: 'number', values: ages }] });
 * const weak = segments.filter((segment) => segment.weak).map(({ text, difference }) => `${text}: ${difference.mean}`);
 */
export function findWeakSegments(
  { labels, probabilities, columns }: SegmentRows,
  options: Partial<SegmentOptions> = {},
): SegmentFindings {
  const how = SegmentOptions.parse(options);
  if (labels.length === 0) throw perennialError('PER_MODEL_011', 'There is no row with a label and a probability.');
  refuseUneven(labels, probabilities, columns);
  const values = Float64Array.from(labels, (label, row) => {
    const p = probabilities[row] ?? NaN;
    if (!(p >= 0 && p <= 1)) {
      throw perennialError('PER_DATA_113', `Row ${row} of those with a label has the probability ${p}.`);
    }
    return MEASURES[how.measure](label, p);
  });
  const isSearched = Uint8Array.from(labels, (_label, row) => (isInFirstHalf(row, how.seed) ? 1 : 0));
  const all = Uint32Array.from(labels, (_label, row) => row);
  const [searched, confirming] = [1, 0].map((half) => all.filter((row) => isSearched[row] === half));
  if (!searched || !confirming) throw new TypeError('two halves');
  const binned = columns.map((column) => binColumn(column, isSearched, how.bins));
  const candidates = searchSegments(binned, values, searched, how);
  const scored: Scored = { labels, probabilities, values };
  const segments = confirmSegments(candidates, binned, scored, confirming, how);
  let mean = 0;
  for (const row of confirming) mean += (values[row] ?? 0) / confirming.length;
  return {
    rows: { searched: searched.length, confirming: confirming.length },
    mean,
    segments,
    weak: segments.filter(({ weak }) => weak).length,
  };
}

const MEASURES: Readonly<Record<SegmentOptions['measure'], (label: number, p: number) => number>> = {
  'log-loss': rowLoss,
  brier: (label, p) => (p - label) ** 2,
  bias: (label, p) => label - p,
};

function refuseUneven(labels: Uint8Array, probabilities: Probabilities, columns: readonly SegmentColumn[]): void {
  const uneven = [probabilities, ...columns.map(({ values }) => values)].find(({ length }) => length !== labels.length);
  if (uneven) throw new RangeError(`${labels.length} labels beside ${uneven.length} values`);
}

/** A coin for each row by its number: the finaliser of MurmurHash3 (Appleby 2008) over seed and row. */
function isInFirstHalf(row: number, seed: number): boolean {
  let hash = Math.imul(row ^ Math.imul(seed, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) & 1) === 0;
}
