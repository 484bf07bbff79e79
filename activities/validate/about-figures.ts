import type { Of } from '../../steps/expectations';
import { exactSum } from '../data/exact-sum';
import { type Column, columnIn } from '../data/schema';
import { identifier } from '../data/sql';
import { between, columnFor, type Compiled, type Judging, overRows, ROWS, whereFinite } from './judged';

/** Expectations about figures of one column. */
export type AboutFigures = Of<'mean' | 'std' | 'sum' | 'quantile' | 'class-balance' | 'category-share'>;

/** @throws PER_DATA_003 PER_DATA_012 */
export function compileAboutFigures(expectation: AboutFigures, on: Judging, key: string): Compiled {
  if (expectation.kind === 'category-share') return categoryShare(expectation, on, key);
  const column = columnFor(on, expectation.column, ['integer', 'number'], expectation.kind);
  const { name } = column;
  const c = identifier(name);
  switch (expectation.kind) {
    case 'sum':
      return between(`the sum of '${name}'`, whereFinite(sumOf(column)), expectation);
    case 'mean':
      return between(`the mean of '${name}'`, whereFinite(meanOf(column)), expectation);
    case 'std':
      return between(`the standard deviation of '${name}'`, stdOf(column), expectation);
    case 'quantile': {
      const value = column.type === 'integer' ? c : `${c}::DOUBLE`;
      const quantile = overRows(`quantile_cont(${value}, ${expectation.q}::DOUBLE)`, finite(column));
      return between(`the quantile ${expectation.q} of '${name}'`, quantile, expectation);
    }
    case 'class-balance': {
      const known = `NOT isnan(${c}::DOUBLE)`;
      const above = overRows('count(*)', `${known} AND ${c}::DOUBLE >= $${key}::DOUBLE`);
      const what = `the share of '${name}' of ${expectation.atLeast} or more`;
      const range = { min: expectation.minShare, max: expectation.maxShare };
      const share = `(${above} / nullif(${overRows('count(*)', known)}, 0))`;
      return between(what, share, range, { [key]: expectation.atLeast });
    }
  }
}

/** The rows whose value is a number: whole numbers all are. */
function finite({ name, type }: Column): string {
  return type === 'integer' ? `${identifier(name)} IS NOT NULL` : `isfinite(${identifier(name)}::DOUBLE)`;
}

/** Whole numbers whose sum DuckDB takes in 128 bits by itself. */
const SIGNED = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT']);

function sumOf(column: Column): string {
  const c = identifier(column.name);
  if (column.type === 'integer') return overRows(`sum(${SIGNED.has(column.sql) ? c : `${c}::HUGEINT`})::DOUBLE`);
  return exactSum(`${c}::DOUBLE`, `${ROWS} WHERE ${finite(column)}`);
}

function meanOf(column: Column): string {
  return `(${sumOf(column)} / nullif(${overRows('count(*)', finite(column))}, 0))`;
}

/** Whole numbers whose squares add up exactly in 128 bits, times the number of rows too. */
const NARROW = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'UTINYINT', 'USMALLINT']);

/** The standard deviation of a sample (divisor n - 1): null of less than two rows. */
function stdOf(column: Column): string {
  const c = identifier(column.name);
  if (NARROW.has(column.sql)) {
    const n = `count(${c})::HUGEINT`;
    const squares = `${n} * sum(${c}::BIGINT * ${c}::BIGINT) - sum(${c}) * sum(${c})`;
    return overRows(`sqrt((${squares})::DOUBLE / nullif(${n} * (${n} - 1), 0)::DOUBLE)`);
  }
  // In two passes: the squares of what is left of the mean.
  const from = `${ROWS}, (SELECT ${meanOf(column)} AS mean) WHERE ${finite(column)}`;
  const squares = exactSum(`power(${c}::DOUBLE - mean, 2)`, from);
  return `sqrt(${whereFinite(`${squares} / nullif(${overRows('count(*)', finite(column))} - 1, 0)`)})`;
}

function categoryShare(expectation: Of<'category-share'>, on: Judging, key: string): Compiled {
  const { name } = columnIn(on.columns, expectation.column, on.called);
  const c = identifier(name);
  const share = `(${overRows('count(*)', `${c}::VARCHAR = $${key}`)} / nullif(${overRows(`count(${c})`)}, 0))`;
  const range = { min: expectation.minShare, max: expectation.maxShare };
  return between(`the share of '${expectation.value}' in '${name}'`, share, range, { [key]: expectation.value });
}
