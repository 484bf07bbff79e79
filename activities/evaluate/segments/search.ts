import type { SegmentOptions } from '../../../steps/weak-segments';
import type { BinnedColumn } from './bin-columns';
import { clarityOf, type Sums } from './welch';

/** A segment by its bins: of one column, or of two. */
export type Candidate = readonly { readonly column: number; readonly bin: number }[];

/** A `t` below this is not worth a test of its own: each that is tested makes all others count for less. */
const LEAST_T = 2;
/** A second column has to make a segment so many times clearer: of many pairs some are so by chance. */
const CLEARER = 1.1;

/**
 * Looks for segments whose values are above those of the other rows (of `bias`: further from 0): again and again the clearest one, by Welch's `t` among those with
 * enough rows and effect, whose rows are then left out, so that one weakness is told once, in the columns that show it best. Slices
 * of one column before those of two, as of Slice Finder (Chung, Kraska, Polyzotis, Tae & Whang 2019, ICDE).
 *
 * @param values what is measured, by row
 * @param rows the rows to look through
 */
export function searchSegments(
  columns: readonly BinnedColumn[],
  values: Float64Array,
  rows: Uint32Array,
  options: Pick<SegmentOptions, 'measure' | 'minRows' | 'minEffect' | 'pairs' | 'most'>,
): Candidate[] {
  const tables = tablesOf(columns, options.pairs);
  let left = rows;
  const total: Total = { rows: 0, sum: 0, squares: 0 };
  for (const row of left) add(total, tables, columns, values[row] ?? 0, row, 1);
  const found: Candidate[] = [];
  while (found.length < options.most) {
    const best = clearest(tables, total, options);
    if (best === null) break;
    found.push(best);
    const inside = left.filter((row) => isInside(best, columns, row));
    left = left.filter((row) => !isInside(best, columns, row));
    for (const row of inside) add(total, tables, columns, values[row] ?? 0, row, -1);
  }
  return found;
}

/** Whether a row lies in a segment. */
export function isInside(candidate: Candidate, columns: readonly BinnedColumn[], row: number): boolean {
  return candidate.every(({ column, bin }) => columns[column]?.codes[row] === bin);
}

interface Total {
  rows: number;
  sum: number;
  squares: number;
}

/** Sums by bin of one column, or of two: `first * (bins of second) + second`. */
interface Table {
  readonly first: number;
  readonly second: number | null;
  readonly width: number;
  readonly rows: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

function tablesOf(columns: readonly BinnedColumn[], pairs: boolean): Table[] {
  const made = (first: number, second: number | null): Table => {
    const width = second === null ? 1 : (columns[second]?.conditions.length ?? 1);
    const cells = (columns[first]?.conditions.length ?? 0) * width;
    const zeros = (): Float64Array => new Float64Array(cells);
    return { first, second, width, rows: zeros(), sums: zeros(), squares: zeros() };
  };
  const single = columns.map((_, first) => made(first, null));
  if (!pairs) return single;
  const both = columns.flatMap((_, first) => columns.slice(first + 1).map((_other, k) => made(first, first + 1 + k)));
  return [...single, ...both];
}

function add(
  total: Total,
  tables: readonly Table[],
  columns: readonly BinnedColumn[],
  value: number,
  row: number,
  sign: 1 | -1,
): void {
  const [sum, square] = [sign * value, sign * value * value];
  total.rows += sign;
  total.sum += sum;
  total.squares += square;
  for (const { first, second, width, rows, sums, squares } of tables) {
    const at = (columns[first]?.codes[row] ?? 0) * width + (second === null ? 0 : (columns[second]?.codes[row] ?? 0));
    rows[at] = (rows[at] ?? 0) + sign;
    sums[at] = (sums[at] ?? 0) + sum;
    squares[at] = (squares[at] ?? 0) + square;
  }
}

function clearest(
  tables: readonly Table[],
  total: Sums,
  { measure, minRows, minEffect }: Pick<SegmentOptions, 'measure' | 'minRows' | 'minEffect'>,
): Candidate | null {
  let best: { readonly candidate: Candidate; readonly score: number } | null = null;
  for (const { first, second, width, rows, sums, squares } of tables) {
    for (let at = 0; at < rows.length; at++) {
      const inside = { rows: rows[at] ?? 0, sum: sums[at] ?? 0, squares: squares[at] ?? 0 };
      const outside = {
        rows: total.rows - inside.rows,
        sum: total.sum - inside.sum,
        squares: total.squares - inside.squares,
      };
      if (inside.rows < minRows || outside.rows < minRows) continue;
      const { t, effect } = clarityOf(inside, outside, measure === 'bias');
      const score = second === null ? t : t / CLEARER;
      if (t < LEAST_T || effect < minEffect || score <= (best?.score ?? 0)) continue;
      const one = { column: first, bin: Math.floor(at / width) };
      best = { candidate: second === null ? [one] : [one, { column: second, bin: at % width }], score };
    }
  }
  return best?.candidate ?? null;
}
