import type { Of } from '../../steps/expectations';
import type { SqlValues } from '../data/duckdb';
import { columnIn, type Column } from '../data/schema';
import { asInstant, identifier } from '../data/sql';
import { asCount, bounds, columnFor, type Compiled, type Judging, overRows, ROWS } from './judged';

/** Expectations that each row keeps or breaks by what stands in one column. */
export type AboutRows = Of<
  'not-null' | 'finite' | 'range' | 'time-range' | 'in-set' | 'not-in-set' | 'regex' | 'not-regex' | 'length'
>;

/** What each row keeps or breaks. */
export interface RowRule {
  readonly text: string;
  /** True for a row that breaks it. Null counts as kept. */
  readonly broken: string;
  /** The parameters of `broken`. */
  readonly values?: SqlValues;
  /** A query of one value that tells what there is. */
  readonly observed: string;
  /** The share of rows that may break it. */
  readonly allowed?: number;
}

/** An expectation whose rows break it one by one. */
export function byRows({ text, broken, values = {}, observed, allowed = 0 }: RowRule): Compiled {
  return {
    text,
    figures: [overRows('count(*)', broken), observed, overRows('count(*)')],
    values,
    breaking: { sql: `SELECT file_row_number AS row FROM ${ROWS} WHERE ${broken}`, values },
    judge([count, seen = null, rows]) {
      const violations = asCount(count);
      return { passed: violations <= allowed * asCount(rows), observed: seen, violations };
    },
  };
}

/** True where a column has no value; NaN is none. */
export function isMissing(column: Column): string {
  const c = identifier(column.name);
  return column.type === 'number' ? `(${c} IS NULL OR isnan(${c}::DOUBLE))` : `${c} IS NULL`;
}

/** @throws PER_DATA_003 PER_DATA_012 */
export function compileAboutRows(expectation: AboutRows, on: Judging, key: string): Compiled {
  switch (expectation.kind) {
    case 'range':
    case 'length':
    case 'time-range':
      return byRows(ranged(expectation, on, key));
    case 'in-set':
    case 'not-in-set':
      return byRows(listed(expectation, on, key));
    case 'regex':
    case 'not-regex':
      return byRows(matched(expectation, on, key));
    case 'not-null': {
      const column = columnIn(on.columns, expectation.column, on.called);
      const broken = isMissing(column);
      const allowed = expectation.maxShare;
      const observed = `(${overRows('count(*)', broken)} / nullif(${overRows('count(*)')}, 0))`;
      return byRows({ text: `'${column.name}' is null in at most ${allowed} of rows`, broken, observed, allowed });
    }
    case 'finite': {
      const { name } = columnFor(on, expectation.column, ['integer', 'number'], expectation.kind);
      const broken = `NOT isfinite(${identifier(name)}::DOUBLE)`;
      const observed = overRows(`min(${identifier(name)}::DOUBLE::VARCHAR)`, broken);
      return byRows({ text: `'${name}' is a finite number`, broken, observed });
    }
  }
}

function ranged(expectation: Of<'range' | 'length' | 'time-range'>, on: Judging, key: string): RowRule {
  switch (expectation.kind) {
    case 'range': {
      const { name } = columnFor(on, expectation.column, ['integer', 'number'], expectation.kind);
      const c = identifier(name);
      return {
        text: `'${name}' is ${bounds(expectation.min, expectation.max)}`,
        ...outside(`${c}::DOUBLE`, expectation, key),
        observed: overRows(`min(${c})::DOUBLE::VARCHAR || ' to ' || max(${c})::DOUBLE::VARCHAR`),
      };
    }
    case 'length': {
      const { name } = columnFor(on, expectation.column, ['text'], expectation.kind);
      const c = `length(${identifier(name)})`;
      return {
        text: `the length of '${name}' is ${bounds(expectation.min, expectation.max)}`,
        ...outside(c, expectation, key),
        observed: overRows(`min(${c})::VARCHAR || ' to ' || max(${c})::VARCHAR`),
      };
    }
    case 'time-range': {
      const { name } = columnFor(on, expectation.column, ['timestamp'], expectation.kind);
      const c = identifier(name);
      const { from, to } = expectation;
      return {
        text: `'${name}' lies in [${from}, ${to})`,
        broken: `(${c} < $${key}_from::TIMESTAMP OR ${c} >= $${key}_to::TIMESTAMP)`,
        observed: overRows(`${asInstant(`min(${c})::TIMESTAMP`)} || ' to ' || ${asInstant(`max(${c})::TIMESTAMP`)}`),
        values: { [`${key}_from`]: from, [`${key}_to`]: to },
      };
    }
  }
}

function listed({ kind, column, values }: Of<'in-set' | 'not-in-set'>, on: Judging, key: string): RowRule {
  const { name } = columnIn(on.columns, column, on.called);
  const c = `${identifier(name)}::VARCHAR`;
  const [not, none] = kind === 'in-set' ? ['NOT ', ''] : ['', 'none '];
  const broken = `${not}list_contains($${key}::VARCHAR[], ${c})`;
  const text = `'${name}' is ${kind === 'in-set' ? 'one ' : none}of ${values.length} values`;
  return { text, broken, observed: overRows(`min(${c})`, broken), values: { [key]: values } };
}

function matched({ kind, column, pattern }: Of<'regex' | 'not-regex'>, on: Judging, key: string): RowRule {
  const { name } = columnFor(on, column, ['text'], kind);
  const c = identifier(name);
  const broken = `${kind === 'regex' ? 'NOT ' : ''}regexp_matches(${c}, $${key})`;
  const text = `'${name}' ${kind === 'regex' ? 'matches' : 'does not match'} /${pattern}/`;
  return { text, broken, observed: overRows(`min(${c})`, broken), values: { [key]: pattern } };
}

/** NaN lies outside of every range: DuckDB takes it for the largest number. */
function outside(
  value: string,
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
  key: string,
): Pick<RowRule, 'broken'> & { readonly values: SqlValues } {
  const parts = [
    ...(min === undefined ? [] : [`${value} < $${key}_min::DOUBLE`]),
    `${value} > ${max === undefined ? "'infinity'::DOUBLE" : `$${key}_max::DOUBLE`}`,
  ];
  const values = {
    ...(min === undefined ? {} : { [`${key}_min`]: min }),
    ...(max === undefined ? {} : { [`${key}_max`]: max }),
  };
  return { broken: `(${parts.join(' OR ')})`, values };
}
