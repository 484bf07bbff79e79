import { perennialError } from '../../../core/errors';
import { canonicalOf, normalise } from '../../../steps/feature-rules';
import type { CategoryFeature } from '../../../steps/features';

/** The code of every spelling that is null, empty or was not seen in training. */
export const UNKNOWN = 0;

/** Codes are kept in 16 bits; 0 is {@link UNKNOWN}. */
const MOST_VALUES = 65_535;

/** What a category knows: canonical values (code i + 1 is `values[i]`) and the code of each raw spelling seen. */
export interface Vocabulary {
  readonly values: readonly string[];
  /** Raw spellings in code-point order, with their codes: the same order for the same rows. */
  readonly spellings: readonly string[];
  readonly codes: Uint16Array;
  /** With `impute`: the value that stands in for a missing text, and for how many training rows. '' is a spelling then. */
  readonly fill?: { readonly value: string; readonly filled: number };
}

/** Rows of the training part by raw spelling; those without a text under ''. */
export type SpellingCounts = ReadonlyMap<string, number>;

/**
 * Fits the vocabulary of a category on the raw spellings of the training rows, in any order. Normalising, mapping and
 * imputing run here and nowhere else: SQL and graph only look raw spellings up, so they cannot disagree about Unicode.
 *
 * @param counts needed with `impute`
 * @throws PER_MODEL_006 above 65,535 canonical values, PER_DATA_089 with `impute` and no value at all.
 */
export function fitVocabulary(
  feature: CategoryFeature,
  raw: Iterable<string>,
  counts: SpellingCounts = new Map(),
): Vocabulary {
  const canonicalise = canonicalOf(feature);
  const canonical = new Map<string, string>();
  const blank: string[] = [];
  for (const spelling of raw) {
    // A text that holds a NUL is cut there on its way into ONNX Runtime, so no spelling with one can be looked up.
    if (spelling.includes('\0')) continue;
    const value = canonicalise(spelling);
    if (value === '') blank.push(spelling);
    else canonical.set(spelling, value);
  }
  const fill = fillOf(feature, canonical, counts);
  if (fill !== null) for (const spelling of ['', ...blank]) canonical.set(spelling, fill);
  const values = [...new Set(canonical.values())].sort(byCodeUnit);
  if (values.length > MOST_VALUES) {
    throw perennialError('PER_MODEL_006', `Feature '${feature.name}' has ${values.length} values.`);
  }
  const codeOf = new Map(values.map((value, index) => [value, index + 1]));
  const spellings = [...canonical.keys()].sort(byCodeUnit);
  const codes = Uint16Array.from(spellings, (s) => codeOf.get(canonical.get(s) ?? '') ?? UNKNOWN);
  if (fill === null) return { values, spellings, codes };
  const filled = blank.reduce((sum, spelling) => sum + (counts.get(spelling) ?? 0), 0);
  return { values, spellings, codes, fill: { value: fill, filled } };
}

/** The value that stands in for a missing text; of several most frequent ones the first in code-unit order. */
function fillOf(
  { name, column, impute, normalise: rules }: CategoryFeature,
  canonical: ReadonlyMap<string, string>,
  counts: SpellingCounts,
): string | null {
  if (impute === undefined) return null;
  if (canonical.size === 0) {
    throw perennialError('PER_DATA_089', `Feature '${name}' imputes, and '${column}' has no value in training.`);
  }
  if (impute !== 'mode') return normalise(impute.value, rules);
  const rows = new Map<string, number>();
  for (const [spelling, value] of canonical) rows.set(value, (rows.get(value) ?? 0) + (counts.get(spelling) ?? 0));
  const [mode] = [...rows].sort(([a, n], [b, m]) => m - n || byCodeUnit(a, b));
  return mode?.[0] ?? null;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
