import type { SegmentCondition } from '../../../steps/weak-segments';

/** What rows are told apart by. Numbers: NaN (and infinities) are missing; texts: null. */
export type SegmentColumn =
  | { readonly name: string; readonly kind: 'number'; readonly values: Float64Array }
  | { readonly name: string; readonly kind: 'category'; readonly values: readonly (string | null)[] };

/** A column cut into bins: the bin of each row, and what holds in each. */
export interface BinnedColumn {
  readonly codes: Uint8Array;
  readonly conditions: readonly SegmentCondition[];
}

/** Values of a category that are segments of their own; the others are one. */
const MOST_VALUES = 20;

/**
 * Cuts a column into bins by what the rows of one half hold: the rows that confirm have no say in where a bin ends. Numbers by
 * quantiles (bin `(from, to]`), or by value where there are no more values than bins; categories by their 20 most frequent values.
 *
 * @param isSeen 1 for the rows of that half
 */
export function binColumn(column: SegmentColumn, isSeen: Uint8Array, bins: number): BinnedColumn {
  return column.kind === 'number' ? binNumbers(column, isSeen, bins) : binTexts(column, isSeen);
}

type Numbers = Extract<SegmentColumn, { kind: 'number' }>;
type Texts = Extract<SegmentColumn, { kind: 'category' }>;

function binNumbers({ name, values }: Numbers, isSeen: Uint8Array, bins: number): BinnedColumn {
  const seen = values.filter((value, row) => isSeen[row] === 1 && Number.isFinite(value)).sort();
  const missing: SegmentCondition = { column: name, is: 'missing' };
  const each = distinctUpTo(seen, bins);
  if (each !== null) {
    const codes = Uint8Array.from(values, (value) => {
      if (!Number.isFinite(value)) return each.length + 1;
      const at = each.indexOf(value);
      return at >= 0 ? at : each.length;
    });
    const own = each.map((value): SegmentCondition => ({ column: name, is: 'value', value }));
    return { codes, conditions: [...own, { column: name, is: 'other' }, missing] };
  }
  const edges = edgesOf(seen, bins);
  const codes = Uint8Array.from(values, (value) => {
    if (!Number.isFinite(value)) return edges.length + 1;
    const at = edges.findIndex((edge) => value <= edge);
    return at >= 0 ? at : edges.length;
  });
  const between = [...edges, null].map((to, i): SegmentCondition => ({
    column: name,
    is: 'between',
    from: edges[i - 1] ?? null,
    to,
  }));
  return { codes, conditions: [...between, missing] };
}

/** The values, where there are no more than so many. */
function distinctUpTo(sorted: Float64Array, most: number): number[] | null {
  const values: number[] = [];
  for (const value of sorted) {
    if (values.at(-1) === value) continue;
    if (values.length === most) return null;
    values.push(value);
  }
  return values;
}

/** Inner edges at the quantiles (the value at or below which that share of the rows lies), no two equal, the largest value none. */
function edgesOf(sorted: Float64Array, bins: number): number[] {
  const places = Array.from({ length: bins - 1 }, (_, i) => Math.ceil((sorted.length * (i + 1)) / bins) - 1);
  const edges = new Set(places.map((place) => sorted[Math.max(0, place)] ?? 0));
  return [...edges].filter((edge) => edge < (sorted.at(-1) ?? 0));
}

function binTexts({ name, values }: Texts, isSeen: Uint8Array): BinnedColumn {
  const counts = new Map<string, number>();
  values.forEach((value, row) => {
    if (value !== null && isSeen[row] === 1) counts.set(value, (counts.get(value) ?? 0) + 1);
  });
  const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([value]) => value);
  const kept = ranked.slice(0, MOST_VALUES);
  const codeOf = new Map(kept.map((value, code) => [value, code]));
  const codes = Uint8Array.from(values, (value) => {
    return value === null ? kept.length + 1 : (codeOf.get(value) ?? kept.length);
  });
  const conditions = kept.map((value): SegmentCondition => ({ column: name, is: 'value', value }));
  return { codes, conditions: [...conditions, { column: name, is: 'other' }, { column: name, is: 'missing' }] };
}

/** A condition in words. */
export function conditionText(condition: SegmentCondition): string {
  const { column } = condition;
  switch (condition.is) {
    case 'value':
      return `${column} is ${typeof condition.value === 'number' ? condition.value : `'${condition.value}'`}`;
    case 'between': {
      const { from, to } = condition;
      if (from === null) return to === null ? `${column} has a value` : `${column} up to ${to}`;
      return to === null ? `${column} above ${from}` : `${column} above ${from}, up to ${to}`;
    }
    case 'other':
      return `${column} is a rare value`;
    case 'missing':
      return `${column} is missing`;
  }
}
