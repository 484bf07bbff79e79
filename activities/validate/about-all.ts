import type { Expectation } from '../../steps/validate';
import { columnIn, type Column } from '../data/schema';
import { identifier } from '../data/sql';
import { takes } from './about-rows';
import { asCount, bounds, type Compiled, within } from './judged';

/** Expectations about the data set as a whole. */
export type AboutAll = Extract<
  Expectation,
  { kind: 'row-count' | 'type' | 'unique' | 'mean' | 'distinct-count' | 'class-balance' }
>;

/** @throws PER_DATA_003 PER_DATA_012 */
export function compileAboutAll(expectation: AboutAll, columns: readonly Column[], key: string): Compiled {
  switch (expectation.kind) {
    case 'row-count':
      return between('the number of rows', 'count(*)', expectation);
    case 'type': {
      const { name, type, sql } = columnIn(columns, expectation.column, 'the data set');
      return {
        text: `'${name}' is of type ${expectation.is}`,
        aggregates: [],
        values: {},
        judge: () => ({ passed: type === expectation.is, observed: type ?? sql, violations: null }),
      };
    }
    case 'unique': {
      const names = expectation.columns.map((name) => columnIn(columns, name, 'the data set').name);
      return {
        text: `(${names.join(', ')}) is unique`,
        // A row value with nulls in it is not null itself: two of them are a repetition like any other.
        aggregates: ['count(*)', `count(DISTINCT row(${names.map(identifier).join(', ')}))`],
        values: {},
        judge([rows, distinct = null]) {
          const violations = asCount(rows) - asCount(distinct);
          return { passed: violations === 0, observed: distinct, violations };
        },
      };
    }
    case 'mean': {
      const column = columnIn(columns, expectation.column, 'the data set');
      takes(column, ['integer', 'number'], expectation.kind);
      const c = identifier(column.name);
      // Integers add up exactly; doubles in one fixed order, so that the same rows give the same mean.
      const sum = column.type === 'integer' ? `sum(${c}::HUGEINT)` : `sum(${c}::DOUBLE ORDER BY ${c})`;
      return between(`the mean of '${column.name}'`, `(${sum})::DOUBLE / nullif(count(${c}), 0)`, expectation);
    }
    case 'distinct-count': {
      const { name } = columnIn(columns, expectation.column, 'the data set');
      return between(`the number of values of '${name}'`, `count(DISTINCT ${identifier(name)})`, expectation);
    }
    case 'class-balance': {
      const column = columnIn(columns, expectation.column, 'the data set');
      takes(column, ['integer', 'number'], expectation.kind);
      const c = `${identifier(column.name)}::DOUBLE`;
      const known = `NOT isnan(${c})`;
      const share = `count(*) FILTER (${known} AND ${c} >= $${key}::DOUBLE) / nullif(count(*) FILTER (${known}), 0)`;
      const range = { min: expectation.minShare, max: expectation.maxShare };
      const what = `the share of '${column.name}' of ${expectation.atLeast} or more`;
      return { ...between(what, share, range), values: { [key]: expectation.atLeast } };
    }
  }
}

function between(
  what: string,
  aggregate: string,
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
): Compiled {
  return {
    text: `${what} is ${bounds(min, max)}`,
    aggregates: [aggregate],
    values: {},
    judge: ([observed = null]) => ({ passed: within(observed, min, max), observed, violations: null }),
  };
}
