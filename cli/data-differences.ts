import type { DatasetRow } from '../store/datasets';
import type { ColumnFigures, Described, DescribedColumn } from './views/data-described';

/** A data set version as it is compared. */
export interface Compared
  extends Described, Pick<DatasetRow, 'digest' | 'rowsDigest' | 'rows' | 'timeFrom' | 'timeTo'> {}

/** Something that differs: what it is in the first version, and in the second. */
export interface Moved<T> {
  readonly a: T;
  readonly b: T;
}

/** A figure of a column that differs. */
export interface MovedFigure extends Moved<Figure> {
  readonly figure: 'nulls' | 'distinct' | 'min' | 'max' | 'mean' | 'deciles';
}
export type Figure = number | string | readonly number[] | null;

/** How many rows a frequent value has; null: fewer than those that the records tell, or none. */
export interface MovedValue extends Moved<number | null> {
  readonly value: string;
}

/** A column of both versions whose figures differ. */
export interface MovedColumn {
  readonly name: string;
  readonly figures: readonly MovedFigure[];
  readonly top: readonly MovedValue[];
}

/** How two data set versions differ; null where they do not. */
export interface DataDifferences {
  /** `bytes`: the same file; `rows`: the same rows in another order or form; `none`: other rows, or other columns. */
  readonly same: 'bytes' | 'rows' | 'none';
  readonly added: readonly Column[];
  readonly gone: readonly Column[];
  readonly changed: readonly (Moved<string> & { readonly name: string })[];
  readonly rows: Moved<number> | null;
  /** The column that windows cut by. */
  readonly time: Moved<string | null> | null;
  readonly timeFrom: Moved<string | null> | null;
  readonly timeTo: Moved<string | null> | null;
  readonly columns: readonly MovedColumn[];
}

interface Column {
  readonly name: string;
  readonly type: string;
}

/**
 * Compares two data set versions by what the records hold of them. The files are not read.
 *
 * @example
 * dataDifferences(a, b).same; // 'rows': b is a in another order
 */
export function dataDifferences(a: Compared, b: Compared): DataDifferences {
  const inB = new Map(b.columns.map((column) => [column.name, column]));
  const inA = new Set(a.columns.map(({ name }) => name));
  const both = a.columns.flatMap((column) => {
    const other = inB.get(column.name);
    return other === undefined ? [] : [{ name: column.name, a: column, b: other }];
  });
  return {
    same: a.digest === b.digest ? 'bytes' : a.rowsDigest === b.rowsDigest ? 'rows' : 'none',
    added: b.columns.filter(({ name }) => !inA.has(name)).map(asColumn),
    gone: a.columns.filter(({ name }) => !inB.has(name)).map(asColumn),
    changed: both.flatMap(({ name, ...of }) => {
      const [from, to] = [asColumn(of.a).type, asColumn(of.b).type];
      return from === to ? [] : [{ name, a: from, b: to }];
    }),
    rows: moved(a.rows, b.rows),
    time: moved(a.time, b.time),
    timeFrom: moved(a.timeFrom, b.timeFrom),
    timeTo: moved(a.timeTo, b.timeTo),
    columns: both.flatMap(({ name, ...of }) => {
      if (of.a.figures === null || of.b.figures === null) return [];
      const column = {
        name,
        figures: movedFigures(of.a.figures, of.b.figures),
        top: movedTop(of.a.figures, of.b.figures),
      };
      return column.figures.length + column.top.length === 0 ? [] : [column];
    }),
  };
}

function moved<T extends string | number | null>(a: T, b: T): Moved<T> | null {
  return a === b ? null : { a, b };
}

function asColumn({ name, type, sql }: DescribedColumn): Column {
  return { name, type: sql === '' ? type : `${type} (${sql})` };
}

const FIGURES = ['nulls', 'distinct', 'min', 'max', 'mean', 'deciles'] as const;

function movedFigures(a: ColumnFigures, b: ColumnFigures): MovedFigure[] {
  return FIGURES.flatMap((figure) =>
    JSON.stringify(a[figure]) === JSON.stringify(b[figure]) ? [] : [{ figure, a: a[figure], b: b[figure] }],
  );
}

function movedTop(a: ColumnFigures, b: ColumnFigures): MovedValue[] {
  if (a.top === null || b.top === null) return [];
  const values = [...new Set([...a.top, ...b.top].map(({ value }) => value))];
  return values
    .map((value) => ({ value, a: rowsOf(a, value), b: rowsOf(b, value) }))
    .filter((each) => each.a !== each.b);
}

/** Where the list has every value, one that is not there has no rows. */
function rowsOf({ top, distinct }: ColumnFigures, value: string): number | null {
  const listed = top ?? [];
  return listed.find((each) => each.value === value)?.rows ?? (distinct <= listed.length ? 0 : null);
}
