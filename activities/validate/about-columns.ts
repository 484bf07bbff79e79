import { perennialError } from '../../core/errors';
import type { Of } from '../../steps/expectations';
import { columnIn, type Column } from '../data/schema';
import { identifier } from '../data/sql';
import { byRows, isMissing } from './about-rows';
import { columnFor, type Compiled, type Judging, overRows } from './judged';

/** Expectations that each row keeps or breaks by what stands in several columns. */
export type AboutColumns = Of<'columns-differ' | 'compare' | 'adds-up' | 'required-when' | 'sql'>;

/** @throws PER_DATA_003 PER_DATA_012 */
export function compileAboutColumns(expectation: AboutColumns, on: Judging, key: string): Compiled {
  switch (expectation.kind) {
    case 'columns-differ': {
      const [l, r] = comparable(expectation, on);
      const broken = `${l} = ${r}`;
      const text = `'${expectation.left}' and '${expectation.right}' differ`;
      return byRows({ text, broken, observed: overRows(`min(${l}::VARCHAR)`, broken) });
    }
    case 'compare':
      return compare(expectation, on);
    case 'adds-up':
      return addsUp(expectation, on, key);
    case 'required-when':
      return requiredWhen(expectation, on, key);
    case 'sql': {
      const broken = `NOT (${expectation.holds})`;
      return byRows({ text: expectation.name, broken, observed: overRows('count(*)', broken) });
    }
  }
}

const NUMBERS: ReadonlySet<Column['type']> = new Set(['integer', 'number']);

function comparable({ left, right }: { left: string; right: string }, on: Judging): [string, string] {
  const [l, r] = [columnIn(on.columns, left, on.called), columnIn(on.columns, right, on.called)];
  if (l.type === r.type || (NUMBERS.has(l.type) && NUMBERS.has(r.type))) return [identifier(left), identifier(right)];
  throw perennialError('PER_DATA_012', `'${left}' and '${right}' are of different types and cannot be compared.`);
}

function compare(expectation: Of<'compare'>, on: Judging): Compiled {
  const { left, is, right } = expectation;
  const [l, r] = comparable(expectation, on);
  // NaN compares with nothing, where DuckDB takes it for the largest number.
  const [a, b] = [columnIn(on.columns, left, on.called), columnIn(on.columns, right, on.called)].map((column) =>
    column.type === 'number' ? ` OR isnan(${identifier(column.name)}::DOUBLE)` : '',
  );
  const broken = `(${l} IS NOT NULL AND ${r} IS NOT NULL AND (NOT (${l} ${is} ${r})${a}${b}))`;
  const observed = overRows(`min(${l}::VARCHAR || ' and ' || ${r}::VARCHAR)`, broken);
  return byRows({ text: `'${left}' ${is} '${right}'`, broken, observed });
}

function addsUp({ columns, total, tolerance }: Of<'adds-up'>, on: Judging, key: string): Compiled {
  const number = (name: string): string =>
    `${identifier(columnFor(on, name, ['integer', 'number'], 'adds-up').name)}::DOUBLE`;
  const gap = `abs(${columns.map(number).join(' + ')} - ${number(total)})`;
  return byRows({
    text: `${columns.map((name) => `'${name}'`).join(' + ')} is '${total}', give or take ${tolerance}`,
    broken: `${gap} > $${key}::DOUBLE`,
    observed: overRows(`max(${gap})::VARCHAR`),
    values: { [key]: tolerance },
  });
}

function requiredWhen({ column, when, values }: Of<'required-when'>, on: Judging, key: string): Compiled {
  const required = columnIn(on.columns, column, on.called);
  const condition = identifier(columnIn(on.columns, when, on.called).name);
  const applies = `list_contains($${key}::VARCHAR[], ${condition}::VARCHAR)`;
  return byRows({
    text: `'${column}' has a value where '${when}' is one of ${values.length} values`,
    broken: `(${applies} AND ${isMissing(required)})`,
    observed: overRows('count(*)', applies),
    values: { [key]: values },
  });
}
