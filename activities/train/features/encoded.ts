import type { CalendarFeature, CategoryFeature, FeatureSpec, NumberFeature } from '../../../steps/features';
import type { Vocabulary } from './vocabulary';

/** The figures of a number feature's rules, all float32. */
export interface FittedNumber {
  /** A side that is left open is the largest float32. */
  readonly clip: readonly [low: number, high: number] | null;
  /** What stands in for a missing value; null: it stays missing. */
  readonly fill: number | null;
  /** Training rows that it stands in for. */
  readonly filled: number;
}

/** A feature spec with what was fitted on the training rows. */
export interface FittedFeatures {
  readonly spec: FeatureSpec;
  /** By feature name, for every category. */
  readonly vocabularies: ReadonlyMap<string, Vocabulary>;
  /** By feature name, for every number that has rules. */
  readonly numbers?: ReadonlyMap<string, FittedNumber>;
}

/** A number by row, float32; NaN is missing. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly feature: NumberFeature;
  readonly values: Float32Array;
}

/** A category by row: codes below `size`; 0 is unknown. */
export interface CategoryColumn {
  readonly kind: 'category';
  readonly feature: CategoryFeature;
  readonly codes: Uint16Array;
  readonly size: number;
}

/** A calendar part by row: 0 to `size - 1`; `size` itself is missing. */
export interface CalendarColumn {
  readonly kind: 'calendar';
  readonly feature: CalendarFeature;
  readonly codes: Uint16Array;
  readonly size: number;
}

/** One feature of all rows, as trainers take it. */
export type EncodedColumn = NumberColumn | CategoryColumn | CalendarColumn;

/** The vocabulary of a category, which fitting has made. */
export function vocabularyOf(fitted: FittedFeatures, feature: CategoryFeature): Vocabulary {
  const vocabulary = fitted.vocabularies.get(feature.name);
  if (!vocabulary) throw new TypeError(`feature '${feature.name}' has no vocabulary`);
  return vocabulary;
}

/** The fitted figures of a number; of one without rules there are none. */
export function numberRulesOf(fitted: FittedFeatures, feature: NumberFeature): FittedNumber {
  const found = fitted.numbers?.get(feature.name);
  if (found) return found;
  if (feature.clip !== undefined || feature.impute !== undefined)
    throw new TypeError(`'${feature.name}' is not fitted`);
  return { clip: null, fill: null, filled: 0 };
}
