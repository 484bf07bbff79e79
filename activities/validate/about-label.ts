import type { Of } from '../../steps/expectations';
import { identifier } from '../data/sql';
import { columnFor, type Compiled, type Judging, ROWS, within } from './judged';

/**
 * ROC-AUC of a column alone, as the share of pairs of a positive and a negative row that it puts in order, ties counting
 * half (Mann-Whitney), from counts by value: exact. Numbers and instants are their own score. The score of a text is the
 * rate of positives with it among rows of even number, and the rows of odd number are judged: on its own rows any key would
 * look like the label. A text that only the judged rows have stands at the middle.
 *
 * @throws PER_DATA_003 PER_DATA_012
 */
export function compilePredictsLabel(expectation: Of<'predicts-label'>, on: Judging, key: string): Compiled {
  const { label, maxAuc } = expectation;
  const column = columnFor(on, expectation.column, null, expectation.kind);
  const y = `(${identifier(columnFor(on, label.column, ['integer', 'number'], expectation.kind).name)}::DOUBLE >= $${key}::DOUBLE)`;
  const c = identifier(column.name);
  const labelled = `${identifier(label.column)} IS NOT NULL AND NOT isnan(${identifier(label.column)}::DOUBLE)`;
  const ranked = column.type === 'integer' || column.type === 'number' || column.type === 'timestamp';
  const scored = ranked
    ? `SELECT ${c} AS s, count(*) FILTER (${y}) AS p, count(*) FILTER (NOT ${y}) AS n
       FROM ${ROWS} WHERE ${c} IS NOT NULL AND ${labelled} GROUP BY 1`
    : `SELECT coalesce(fit_p / nullif(fit_p + fit_n, 0), (sum(fit_p) OVER ()) / nullif(sum(fit_p + fit_n) OVER (), 0)) AS s, p, n
       FROM (SELECT ${c}::VARCHAR AS v,
         count(*) FILTER (${y} AND file_row_number % 2 = 0) AS fit_p, count(*) FILTER (NOT ${y} AND file_row_number % 2 = 0) AS fit_n,
         count(*) FILTER (${y} AND file_row_number % 2 = 1) AS p, count(*) FILTER (NOT ${y} AND file_row_number % 2 = 1) AS n
       FROM ${ROWS} WHERE ${labelled} GROUP BY 1)`;
  const auc = `(SELECT sum(p * (2 * below + n))::DOUBLE / nullif(2 * sum(p)::HUGEINT * sum(n)::HUGEINT, 0)::DOUBLE FROM
    (SELECT p, n, sum(n) OVER (ORDER BY s) - n AS below FROM
      (SELECT s, sum(p)::HUGEINT AS p, sum(n)::HUGEINT AS n FROM (${scored}) GROUP BY s)))`;
  return {
    text: `'${column.name}' alone orders the label with a ROC-AUC of at most ${maxAuc}`,
    figures: [auc],
    values: { [key]: label.atLeast },
    judge([found = null]) {
      const observed = typeof found === 'number' ? Math.max(found, 1 - found) : null;
      return { passed: within(observed, undefined, maxAuc), observed, violations: null };
    },
  };
}
