import { perennialError } from '../../../core/errors';
import type { CategoryFeature, Normalise } from '../../../steps/features';

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
}

const NORMALISERS: Readonly<Record<Normalise, (text: string) => string>> = {
  trim: (text) => text.trim(),
  nfc: (text) => text.normalize('NFC'),
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
};

/** Brings one raw spelling to its canonical value; '' when nothing is left of it. */
export function normalise(text: string, rules: readonly Normalise[]): string {
  return rules.reduce((t, rule) => NORMALISERS[rule](t), text);
}

/**
 * Fits the vocabulary of a category on the raw spellings of the training rows, in any order. Normalisation runs here
 * and nowhere else: SQL and graph only look raw spellings up, so they cannot disagree about Unicode.
 *
 * @throws PER_MODEL_006 above 65,535 canonical values.
 */
export function fitVocabulary(feature: CategoryFeature, raw: Iterable<string>): Vocabulary {
  const canonical = new Map<string, string>();
  for (const spelling of raw) {
    const value = normalise(spelling, feature.normalise);
    // A text that holds a NUL is cut there on its way into ONNX Runtime, so no spelling with one can be looked up.
    if (value !== '' && !spelling.includes('\0')) canonical.set(spelling, value);
  }
  const values = [...new Set(canonical.values())].sort(byCodeUnit);
  if (values.length > MOST_VALUES) {
    throw perennialError('PER_MODEL_006', `Feature '${feature.name}' has ${values.length} values.`);
  }
  const codeOf = new Map(values.map((value, index) => [value, index + 1]));
  const spellings = [...canonical.keys()].sort(byCodeUnit);
  const codes = Uint16Array.from(spellings, (s) => codeOf.get(canonical.get(s) ?? '') ?? UNKNOWN);
  return { values, spellings, codes };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
