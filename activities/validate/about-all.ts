import type { Of } from '../../steps/expectations';
import { type Column, columnIn } from '../data/schema';
import { identifier } from '../data/sql';
import { countDistinct } from './dense-columns';
import { asCount, between, type Compiled, type Judging, overRows, ROWS, settled } from './judged';

/** Expectations about the data set as a whole. */
export type AboutAll = Of<'row-count' | 'columns' | 'type' | 'unique' | 'distinct-count' | 'distinct-share'>;

/** @throws PER_DATA_003 */
export function compileAboutAll(expectation: AboutAll, on: Judging): Compiled {
  switch (expectation.kind) {
    case 'row-count':
      return between('the number of rows', overRows('count(*)'), expectation);
    case 'columns':
      return columns(expectation, on);
    case 'type': {
      const { name, type, sql } = columnIn(on.columns, expectation.column, on.called);
      return settled(`'${name}' is of type ${expectation.is}`, type === expectation.is, type ?? sql);
    }
    case 'unique':
      return unique(expectation, on);
    case 'distinct-count': {
      const column = columnIn(on.columns, expectation.column, on.called);
      return between(`the number of values of '${column.name}'`, countDistinct(on, column), expectation);
    }
    case 'distinct-share': {
      const column = columnIn(on.columns, expectation.column, on.called);
      const share = `(${countDistinct(on, column)} / nullif(${overRows(`count(${identifier(column.name)})`)}, 0))`;
      const range = { min: expectation.minShare, max: expectation.maxShare };
      return between(`the share of values of '${column.name}' that are distinct`, share, range);
    }
  }
}

/** How many different keys there are. Two keys with nulls in the same places are a repetition like any other. */
function countKeys(on: Judging, columns: readonly Column[]): string {
  const [column, ...more] = columns;
  if (column !== undefined && more.length === 0) {
    return `(${countDistinct(on, column)} + (${overRows('count(*)', `${identifier(column.name)} IS NULL`)} > 0)::BIGINT)`;
  }
  // A row value with nulls in it is not null itself.
  return overRows(`count(DISTINCT row(${columns.map(({ name }) => identifier(name)).join(', ')}))`);
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
  const columns = expectation.columns.map((name) => columnIn(on.columns, name, on.called));
  const names = columns.map(({ name }) => name);
  const keys = names.map(identifier).join(', ');
  return {
    text: `(${names.join(', ')}) is unique`,
    figures: [overRows('count(*)'), countKeys(on, columns)],
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
