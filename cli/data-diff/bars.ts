import { ascending, countInBins, rowsOf, type ValueCount } from '../../activities/monitor/drift/bins';
import type { ColumnCounts } from '../../activities/monitor/drift/compare';
import { type Beside, sideBySide } from '../../activities/monitor/drift/side-by-side';
import { numberText } from '../views/data-view';

/** Some values of a column, with the share of all rows that have them: before and after. */
export interface Bar {
  readonly label: string;
  /** The same in a few letters, for an axis; null: no bar of its own is drawn, since all that is left over would dwarf the others. */
  readonly tick: string | null;
  readonly a: number;
  readonly b: number;
}

/** Categories that one of two versions has alone: how many, and the most frequent of them. */
export interface ValueChange {
  readonly values: number;
  readonly rows: number;
  readonly most: readonly ValueCount<string>[];
}

/** Bars of numbers, bars of categories (the rest is one more), and categories that are named. */
const MOST = { bins: 24, categories: 12, named: 10 };
/** Of both versions together, so much at either end shares a bar: one value far out would leave all others one bar. */
const TAIL = 0.005;

/**
 * Two distributions side by side, as shares of all rows. Numbers: equal bins between the 0.5 % and the 99.5 % quantile of
 * both versions together, what lies outside in the first and the last one; a bar a value where there are few. Categories:
 * the most frequent ones of either version. What has no value is a bar of its own.
 *
 * @example
 * const [first] = barsOf('category', before, after);
 */
export function barsOf(
  kind: 'number' | 'category' | 'instant',
  before: ColumnCounts,
  after: ColumnCounts,
): readonly Bar[] {
  const [rowsA, rowsB] = [before, after].map(({ values, missing }) => rowsOf(values) + missing);
  const share = (rows: number, of: number | undefined): number => (of ? rows / of : 0);
  const bar: MakeBar = (label, tick, a, b) => ({ label, tick, a: share(a, rowsA), b: share(b, rowsB) });
  const missing =
    before.missing + after.missing === 0 ? [] : [bar('no value', 'no value', before.missing, after.missing)];
  if (before.kind === 'category' && after.kind === 'category') {
    return [...categories(sideBySide(before.values, after.values), bar), ...missing];
  }
  if (before.kind === 'number' && after.kind === 'number') {
    const text = kind === 'instant' ? INSTANTS : NUMBERS;
    return [...numbers(before.values, after.values, text, bar), ...missing];
  }
  return [];
}

type MakeBar = (label: string, tick: string | null, a: number, b: number) => Bar;

/** How a number is told: in full, and on an axis. */
interface Told {
  readonly full: (value: number) => string;
  readonly tick: (value: number) => string;
}

const NUMBERS: Told = { full: numberText, tick: (value) => String(Number(value.toPrecision(3))) };
const INSTANTS: Told = { full: (value) => instantText(value, 16), tick: (value) => instantText(value, 10) };

function categories(values: readonly Beside<string>[], bar: MakeBar): Bar[] {
  const [ofA, ofB] = [total(values, 'reference'), total(values, 'current')];
  const weight = ({ reference, current }: Beside<string>): number =>
    Math.max(ofA === 0 ? 0 : reference / ofA, ofB === 0 ? 0 : current / ofB);
  const sorted = [...values].sort((x, y) => weight(y) - weight(x));
  const [shown, rest] = [sorted.slice(0, MOST.categories), sorted.slice(MOST.categories)];
  const bars = shown.map(({ value, reference, current }) => bar(value, value, reference, current));
  if (rest.length === 0) return bars;
  return [...bars, bar(`${rest.length} others`, null, total(rest, 'reference'), total(rest, 'current'))];
}

function total(values: readonly Beside<string>[], side: 'reference' | 'current'): number {
  return values.reduce((sum, value) => sum + value[side], 0);
}

function numbers(
  before: readonly ValueCount<number>[],
  after: readonly ValueCount<number>[],
  told: Told,
  bar: MakeBar,
): Bar[] {
  const both = sideBySide(before, after);
  if (both.length <= MOST.bins) {
    return both.map((v) => bar(told.full(v.value), told.tick(v.value), v.reference, v.current));
  }
  const pooled = both.map(({ value, reference, current }) => ({ value, rows: reference + current }));
  const edges = edgesOf(pooled);
  const [a, b] = [countInBins(before, edges), countInBins(after, edges)];
  return a.map((rows, i) => bar(binText(edges, i, told.full), tickOf(edges, i, told.tick), rows, b[i] ?? 0));
}

/** Inner edges, ascending, no two equal. */
function edgesOf(pooled: readonly ValueCount<number>[]): number[] {
  const sorted = ascending(pooled);
  let [low, high] = [valueAt(sorted, TAIL), valueAt(sorted, 1 - TAIL)];
  if (low === high) [low, high] = [sorted[0]?.value ?? low, sorted.at(-1)?.value ?? high];
  const inner = MOST.bins - 2;
  // Of huge ends the difference is beyond all numbers; their shares are not.
  const edges = Array.from({ length: inner + 1 }, (_, i) => low * (1 - i / inner) + high * (i / inner));
  return [...new Set(edges)].sort((x, y) => x - y);
}

/** The value at or below which at least this share of the rows lies. */
function valueAt(sorted: readonly ValueCount<number>[], share: number): number {
  const place = share * rowsOf(sorted);
  let upTo = 0;
  for (const { value, rows } of sorted) {
    upTo += rows;
    if (upTo >= place) return value;
  }
  return sorted.at(-1)?.value ?? NaN;
}

function binText(edges: readonly number[], bin: number, label: (value: number) => string): string {
  const [from, to] = [edges[bin - 1], edges[bin]];
  if (from === undefined) return to === undefined ? 'all' : `up to ${label(to)}`;
  return to === undefined ? `above ${label(from)}` : `${label(from)} to ${label(to)}`;
}

/** Where a bin begins. */
function tickOf(edges: readonly number[], bin: number, tick: (value: number) => string): string {
  const from = edges[bin - 1];
  return from === undefined ? `≤ ${tick(edges[bin] ?? 0)}` : tick(from);
}

/** UTC; 16 letters are to the minute. */
function instantText(milliseconds: number, letters: number): string {
  const at = new Date(milliseconds);
  return Number.isNaN(at.getTime()) ? String(milliseconds) : at.toISOString().slice(0, letters).replace('T', ' ');
}

/** The categories that only the later version has, and those that only the earlier one has. */
export function valueChanges(
  before: ColumnCounts,
  after: ColumnCounts,
): { readonly fresh: ValueChange; readonly lost: ValueChange } {
  if (before.kind !== 'category' || after.kind !== 'category') return { fresh: NONE, lost: NONE };
  const both = sideBySide(before.values, after.values);
  return {
    fresh: alone(both.flatMap((v) => (v.reference === 0 ? [{ value: v.value, rows: v.current }] : []))),
    lost: alone(both.flatMap((v) => (v.current === 0 ? [{ value: v.value, rows: v.reference }] : []))),
  };
}

const NONE: ValueChange = { values: 0, rows: 0, most: [] };

function alone(values: readonly ValueCount<string>[]): ValueChange {
  const most = [...values].sort((x, y) => y.rows - x.rows).slice(0, MOST.named);
  return { values: values.length, rows: rowsOf(values), most };
}
