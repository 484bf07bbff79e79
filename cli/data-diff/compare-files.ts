import { identifier } from '../../activities/data/sql';
import { compareCounts, type ColumnCounts, type ColumnDrift } from '../../activities/monitor/drift/compare';
import type { DriftColumn } from '../../activities/monitor/drift/count-columns';
import { countSamples } from '../../activities/monitor/drift/measure-drift';
import { rowsOf } from '../../activities/monitor/drift/bins';
import type { Compared, Moved } from '../data-differences';
import type { DescribedColumn } from '../views/data-described';
import { type Bar, barsOf, type ValueChange, valueChanges } from './bars';

/** A column of both versions, counted value by value. */
export interface ColumnShift {
  readonly name: string;
  /** Instants are drawn over time and have no statistics: their distribution moves by itself. */
  readonly kind: 'number' | 'category' | 'instant';
  readonly drift: ColumnDrift;
  /** Shares of rows without a value. */
  readonly missing: Moved<number>;
  /** Values were counted in so many equal cells, not one by one; null: they were. */
  readonly cells: number | null;
  /** Shares of all rows, from the least value on; of categories the most frequent first. */
  readonly bars: readonly Bar[];
  /** Of categories: those of one version alone. */
  readonly fresh: ValueChange;
  readonly lost: ValueChange;
}

/** A column of both versions that was not counted, and why. */
export interface NotCounted {
  readonly name: string;
  readonly why: string;
}

export interface Shifts {
  readonly columns: readonly ColumnShift[];
  readonly notCounted: readonly NotCounted[];
}

/** Above so many distinct values, numbers and instants are counted by cells, and texts are not counted: both would lie in memory whole. */
const MOST_VALUES = 100_000;
const CELLS = 2_000;

/**
 * Counts the columns that two versions share, in one scan of both files, and measures how far each has moved.
 *
 * @param files where the two lie
 * @example
 * const { columns } = await compareFiles(a, b, { a: pathOfA, b: pathOfB });
 * const psi = columns.find(({ name }) => name === 'delay')?.drift.statistics.psi;
 */
export async function compareFiles(
  a: Pick<Compared, 'columns'>,
  b: Pick<Compared, 'columns'>,
  files: { readonly a: string; readonly b: string },
): Promise<Shifts> {
  const inB = new Map(b.columns.map((column) => [column.name, column]));
  const asked: { readonly kind: ColumnShift['kind']; readonly column: DriftColumn }[] = [];
  const notCounted: NotCounted[] = [];
  for (const column of a.columns) {
    const other = inB.get(column.name);
    if (other === undefined) continue;
    const how = howToCount(column, other);
    if ('why' in how) notCounted.push({ name: column.name, why: how.why });
    else asked.push(how);
  }
  if (asked.length === 0) return { columns: [], notCounted };
  const [before, after] = await countSamples(
    [{ files: [files.a] }, { files: [files.b] }],
    asked.map(({ column }) => column),
  );
  const columns = asked.flatMap(({ kind, column }) => {
    const [from, to] = [before?.get(column.name), after?.get(column.name)];
    return from && to ? [shiftOf(kind, column, from, to)] : [];
  });
  return { columns, notCounted };
}

function shiftOf(
  kind: ColumnShift['kind'],
  { name, grid }: DriftColumn,
  before: ColumnCounts,
  after: ColumnCounts,
): ColumnShift {
  return {
    name,
    kind,
    drift: compareCounts(before, after),
    missing: { a: missingShare(before), b: missingShare(after) },
    cells: grid ?? null,
    bars: barsOf(kind, before, after),
    ...valueChanges(before, after),
  };
}

function missingShare({ values, missing }: ColumnCounts): number {
  const rows = rowsOf(values) + missing;
  return rows === 0 ? 0 : missing / rows;
}

function howToCount(
  a: DescribedColumn,
  b: DescribedColumn,
): { readonly kind: ColumnShift['kind']; readonly column: DriftColumn } | { readonly why: string } {
  const [kind, other] = [kindOf(a.type), kindOf(b.type)];
  const { name } = a;
  const sql = identifier(name);
  if (a.type !== b.type && kind !== other) return { why: `${a.type} before, ${b.type} after` };
  if (kind === null || other === null) return { why: `of a ${a.sql} nothing is counted` };
  const distinct = Math.max(a.figures?.distinct ?? 0, b.figures?.distinct ?? 0);
  const isHuge = distinct > MOST_VALUES;
  if (kind === 'instant') {
    const instant = `${sql}::TIMESTAMP`;
    const expression = `CASE WHEN isfinite(${instant}) THEN epoch_ms(${instant}) END`;
    return { kind, column: { name, expression, ...(isHuge && { grid: CELLS }) } };
  }
  if (kind === 'number') {
    // Of two types of numbers the wider one: a whole number has no NaN to leave out.
    return { kind, column: { name, expression: `${sql}::DOUBLE`, ...(isHuge && { grid: CELLS }) } };
  }
  return isHuge
    ? { why: `${distinct} different values: more than ${MOST_VALUES} are not counted one by one` }
    : { kind, column: { name, expression: `${sql}::VARCHAR`, kind: 'category' } };
}

function kindOf(type: string): ColumnShift['kind'] | null {
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'text':
    case 'boolean':
      return 'category';
    case 'timestamp':
      return 'instant';
    default:
      return null;
  }
}
