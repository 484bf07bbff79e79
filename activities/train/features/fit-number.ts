import { perennialError } from '../../../core/errors';
import { LARGEST_FLOAT32 } from '../../../steps/float32';
import type { NumberFeature } from '../../../steps/features';
import type { FittedNumber } from './encoded';

const { ceil, fround, max, min } = Math;
const { isNaN } = Number;

/** Whether the training rows have a say in the rules of a feature. */
export function isFitted({ clip, impute }: NumberFeature): boolean {
  if (impute !== undefined) return true;
  return clip !== undefined && !Array.isArray(clip) && [clip.min, clip.max].some((bound) => typeof bound === 'object');
}

/**
 * Fits the rules of a number on its values by training row, in any order; NaN is missing. Values are summed in their
 * sorted order, so that the same rows give the same mean.
 *
 * @throws PER_DATA_089 when something is to be fitted and no value is there, PER_DATA_090
 */
export function fitNumber(feature: NumberFeature, values: Float32Array): FittedNumber {
  const { name, column, impute } = feature;
  const sorted = values.filter((value) => !isNaN(value)).sort();
  if (isFitted(feature) && sorted.length === 0) {
    throw perennialError(
      'PER_DATA_089',
      `Feature '${name}' is fitted on '${column}', which is missing in all ${values.length} training rows.`,
    );
  }
  const clip = boundsOf(feature, sorted);
  if (impute === undefined) return { clip, fill: null, filled: 0 };
  const fill = fillOf(impute, clip ? sorted.map((value) => min(max(value, clip[0]), clip[1])) : sorted);
  if (clip && (fill < clip[0] || fill > clip[1])) {
    throw perennialError(
      'PER_DATA_090',
      `Feature '${name}' imputes ${fill}, and is clipped to at least ${clip[0]}, at most ${clip[1]}.`,
    );
  }
  return { clip, fill, filled: values.length - sorted.length };
}

function boundsOf({ name, clip }: NumberFeature, sorted: Float32Array): [low: number, high: number] | null {
  if (clip === undefined) return null;
  const given = Array.isArray(clip) ? { min: clip[0], max: clip[1] } : clip;
  const bound = (side: typeof given.min, open: number) =>
    typeof side === 'object' ? quantileAt(sorted, side.quantile) : fround(side ?? open);
  const [low, high] = [bound(given.min, -LARGEST_FLOAT32), bound(given.max, LARGEST_FLOAT32)];
  if (low <= high) return [low, high];
  throw perennialError('PER_DATA_090', `Feature '${name}' is clipped to at least ${low}, at most ${high}.`);
}

function fillOf(impute: NonNullable<NumberFeature['impute']>, sorted: Float32Array): number {
  switch (impute) {
    case 'mean':
      return fround(sorted.reduce((sum, value) => sum + value, 0) / sorted.length);
    case 'median':
      return fround((quantileAt(sorted, 0.5) + (sorted[sorted.length >> 1] ?? NaN)) / 2);
    case 'mode':
      return modeOf(sorted);
    default:
      return fround(impute.value);
  }
}

/** The value that stands at a quantile's place: the smallest that at least this share of the values do not exceed. */
function quantileAt(sorted: Float32Array, share: number): number {
  return sorted[max(0, ceil(share * sorted.length) - 1)] ?? NaN;
}

/** The most frequent value, of several the smallest. */
function modeOf(sorted: Float32Array): number {
  let [mode, most, run] = [NaN, 0, 0];
  sorted.forEach((value, i) => {
    run = value === sorted[i - 1] ? run + 1 : 1;
    if (run > most) [mode, most] = [value, run];
  });
  return mode;
}
