import type { FeatureProfile, FittedRule, ReferenceProfile } from '../../steps/train';
import {
  type CategoryColumn,
  type EncodedColumn,
  type FittedFeatures,
  numberRulesOf,
  vocabularyOf,
} from './features/encoded';
import { isFitted } from './features/fit-number';
import type { LabelledRows } from './features/read-features';

/** Counts the training rows by feature and by score: the profile that drift is measured against. */
export function describeRows(
  features: FittedFeatures,
  data: LabelledRows,
  probabilities: Float64Array,
): ReferenceProfile {
  return {
    rows: data.rows,
    positives: data.positives,
    features: Object.fromEntries(data.columns.map((column) => [column.feature.name, describeColumn(features, column)])),
    score: countBins(probabilities),
  };
}

/** What the rules of a spec fitted, by feature; features whose rules fit nothing are left out. */
export function describeRules(features: FittedFeatures): Record<string, FittedRule> {
  const rules = features.spec.features.flatMap((feature): [string, FittedRule][] => {
    if (feature.kind === 'category') {
      const { fill } = vocabularyOf(features, feature);
      return fill ? [[feature.name, { clip: null, fill: fill.value, filled: fill.filled }]] : [];
    }
    if (feature.kind !== 'number' || !isFitted(feature)) return [];
    const { clip, fill, filled } = numberRulesOf(features, feature);
    return [[feature.name, { clip: clip && [...clip], fill, filled }]];
  });
  return Object.fromEntries(rules);
}

function describeColumn(features: FittedFeatures, column: EncodedColumn): FeatureProfile {
  if (column.kind === 'category') return describeCategory(features, column);
  if (column.kind === 'number') {
    const present = column.values.filter((v) => !Number.isNaN(v));
    const missing = column.values.length - present.length;
    const { column: name, clip, missing: sentinels, otherwise, repair } = column.feature;
    const { clip: fitted, fill } = numberRulesOf(features, column.feature);
    return {
      kind: 'number',
      column: name,
      clip: Array.isArray(clip) ? clip : fitted && [...fitted],
      missing,
      ...(sentinels && { sentinels }),
      ...(repair && { repair }),
      ...(otherwise !== undefined && { otherwise }),
      ...(fill !== null && { fill }),
      ...countBins(present),
    };
  }
  const { column: name, part, missing: sentinels, otherwise, repair } = column.feature;
  const counts = countCodes(column.codes, column.size + 1);
  const missing = counts.pop() ?? 0;
  return {
    kind: 'calendar',
    column: name,
    part,
    counts,
    missing,
    ...(sentinels && { sentinels }),
    ...(repair && { repair }),
    ...(otherwise !== undefined && { otherwise }),
  };
}

function describeCategory(features: FittedFeatures, { feature, codes, size }: CategoryColumn): FeatureProfile {
  const vocabulary = vocabularyOf(features, feature);
  const [unknown = 0, ...counts] = countCodes(codes, size);
  const canonical = vocabulary.spellings.map((_, i) => vocabulary.values[(vocabulary.codes[i] ?? 0) - 1] ?? '');
  const spellings = vocabulary.spellings.map((raw, i): [string, string] => [raw, canonical[i] ?? '']);
  return {
    kind: 'category',
    column: feature.column,
    ...(feature.repair && { repair: feature.repair }),
    ...(feature.otherwise !== undefined && { otherwise: feature.otherwise }),
    counts: Object.fromEntries(vocabulary.values.map((value, i) => [value, counts[i] ?? 0])),
    unknown,
    spellings: Object.fromEntries(spellings.filter(([raw, value]) => raw !== value)),
  };
}

function countCodes(codes: Uint16Array, size: number): number[] {
  const counts = new Array<number>(size).fill(0);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

/** The inner decile edges of the values, no two equal, and the rows between them: bin i is (edge i-1, edge i]. */
function countBins(values: Float32Array | Float64Array): { edges: number[]; counts: number[] } {
  const sorted = values.slice().sort();
  const deciles = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => quantile(sorted, tenth / 10));
  const edges = [...new Set(sorted.length > 0 ? deciles : [])];
  const upTo = [...edges.map((edge) => countUpTo(sorted, edge)), sorted.length];
  return { edges, counts: upTo.map((count, i) => count - (upTo[i - 1] ?? 0)) };
}

/** Quantile by linear interpolation between order statistics (Hyndman & Fan 1996, definition 7; numpy's default). */
export function quantile(sorted: Float32Array | Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const low = Math.floor(place);
  const [a, b] = [sorted[low] ?? NaN, sorted[Math.min(low + 1, sorted.length - 1)] ?? NaN];
  return a + (b - a) * (place - low);
}

/** How many values are not above an edge. */
function countUpTo(sorted: Float32Array | Float64Array, edge: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) <= edge) low = middle + 1;
    else high = middle;
  }
  return low;
}
