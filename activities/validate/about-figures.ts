import type { Of } from '../../steps/expectations';
import { columnIn } from '../data/schema';
import { identifier } from '../data/sql';
import { between, columnFor, type Compiled, type Judging, ROWS, whereFinite } from './judged';

/** Expectations about figures of one column. */
export type AboutFigures = Of<'mean' | 'std' | 'sum' | 'quantile' | 'class-balance' | 'category-share'>;

/** @throws PER_DATA_003 PER_DATA_012 */
export function compileAboutFigures(expectation: AboutFigures, on: Judging, key: string): Compiled {
  if (expectation.kind === 'category-share') return categoryShare(expectation, on, key);
  const column = columnFor(on, expectation.column, ['integer', 'number'], expectation.kind);
  const { name } = column;
  const c = identifier(name);
  const finite = `isfinite(${c}::DOUBLE)`;
  // Integers add up exactly; doubles in one fixed order, so that the same rows give the same sum on any number of threads.
  const total = column.type === 'integer' ? `sum(${c}::HUGEINT)` : `sum(${c}::DOUBLE ORDER BY ${c})`;
  const sum = `(${total} FILTER (${finite}))::DOUBLE`;
  const mean = `${sum} / nullif(count(*) FILTER (${finite}), 0)`;
  switch (expectation.kind) {
    case 'sum':
      return between(`the sum of '${name}'`, whereFinite(sum), expectation);
    case 'mean':
      return between(`the mean of '${name}'`, whereFinite(mean), expectation);
    case 'std': {
      // In two passes, the squares in one fixed order: exact to the last digits, and the same each time.
      const squares = `(SELECT sum(power(v - m, 2) ORDER BY v) / nullif(count(*) - 1, 0) FROM
        (SELECT ${c}::DOUBLE AS v FROM ${ROWS} WHERE ${finite}), (SELECT ${mean} AS m FROM ${ROWS}))`;
      return between(`the standard deviation of '${name}'`, `sqrt(${whereFinite(squares)})`, expectation);
    }
    case 'quantile': {
      const quantile = `quantile_cont(${c}::DOUBLE, ${expectation.q}::DOUBLE) FILTER (${finite})`;
      return between(`the quantile ${expectation.q} of '${name}'`, quantile, expectation);
    }
    case 'class-balance': {
      const known = `NOT isnan(${c}::DOUBLE)`;
      const above = `count(*) FILTER (${known} AND ${c}::DOUBLE >= $${key}::DOUBLE)`;
      const what = `the share of '${name}' of ${expectation.atLeast} or more`;
      const range = { min: expectation.minShare, max: expectation.maxShare };
      const share = `${above} / nullif(count(*) FILTER (${known}), 0)`;
      return between(what, share, range, { [key]: expectation.atLeast });
    }
  }
}

function categoryShare(expectation: Of<'category-share'>, on: Judging, key: string): Compiled {
  const { name } = columnIn(on.columns, expectation.column, on.called);
  const c = identifier(name);
  const share = `count(*) FILTER (${c}::VARCHAR = $${key}) / nullif(count(${c}), 0)`;
  const range = { min: expectation.minShare, max: expectation.maxShare };
  return between(`the share of '${expectation.value}' in '${name}'`, share, range, { [key]: expectation.value });
}
