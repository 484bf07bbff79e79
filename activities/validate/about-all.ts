import type { Of } from '../../steps/expectations';
import { columnIn } from '../data/schema';
import { identifier } from '../data/sql';
import { asCount, between, type Compiled, type Judging, ROWS, settled } from './judged';

/** Expectations about the data set as a whole. */
export type AboutAll = Of<'row-count' | 'columns' | 'type' | 'unique' | 'distinct-count' | 'distinct-share'>;

/** @throws PER_DATA_003 */
export function compileAboutAll(expectation: AboutAll, on: Judging): Compiled {
  switch (expectation.kind) {
    case 'row-count':
      return between('the number of rows', 'count(*)', expectation);
    case 'columns':
      return columns(expectation, on);
    case 'type': {
      const { name, type, sql } = columnIn(on.columns, expectation.column, on.called);
      return settled(`'${name}' is of type ${expectation.is}`, type === expectation.is, type ?? sql);
    }
    case 'unique':
      return unique(expectation, on);
    case 'distinct-count': {
      const { name } = columnIn(on.columns, expectation.column, on.called);
      return between(`the number of values of '${name}'`, `count(DISTINCT ${identifier(name)})`, expectation);
    }
    case 'distinct-share': {
      const { name } = columnIn(on.columns, expectation.column, on.called);
      const c = identifier(name);
      const share = `count(DISTINCT ${c}) / nullif(count(${c}), 0)`;
      const range = { min: expectation.minShare, max: expectation.maxShare };
      return between(`the share of values of '${name}' that are distinct`, share, range);
    }
  }
}

function columns({ names, exactly }: Of<'columns'>, on: Judging): Compiled {
  const there = on.columns.map((column) => column.name);
  const missing = names.filter((name) => !there.includes(name)).map((name) => `without '${name}'`);
  const more = exactly ? there.filter((name) => !names.includes(name)).map((name) => `with '${name}'`) : [];
  const found = [...missing, ...more];
  const text = `the columns are ${exactly ? 'just' : 'at least'} ${names.join(', ')}`;
  return settled(text, found.length === 0, found.length === 0 ? there.length : found.join(', '));
}

function unique(expectation: Of<'unique'>, on: Judging): Compiled {
  const names = expectation.columns.map((name) => columnIn(on.columns, name, on.called).name);
  const keys = names.map(identifier).join(', ');
  return {
    text: `(${names.join(', ')}) is unique`,
    // A row value with nulls in it is not null itself: two of them are a repetition like any other.
    aggregates: ['count(*)', `count(DISTINCT row(${keys}))`],
    values: {},
    breaking: {
      sql: `SELECT file_row_number AS row FROM ${ROWS}
            QUALIFY row_number() OVER (PARTITION BY ${keys} ORDER BY file_row_number) > 1`,
      values: {},
    },
    judge([rows, distinct = null]) {
      const violations = asCount(rows) - asCount(distinct);
      return { passed: violations === 0, observed: distinct, violations };
    },
  };
}
