import { lengthOf } from '../../core/plan/time';
import type { Of } from '../../steps/expectations';
import { columnIn } from '../data/schema';
import { asInstant, identifier } from '../data/sql';
import { asCount, columnFor, type Compiled, type Judging, overRows, ROWS } from './judged';

/** Expectations about the order of rows, and their place in time. */
export type AboutOrder = Of<'monotonic' | 'fresh' | 'every-day'>;

/** @throws PER_DATA_003 PER_DATA_012 */
export function compileAboutOrder(expectation: AboutOrder, on: Judging, key: string): Compiled {
  switch (expectation.kind) {
    case 'monotonic':
      return monotonic(expectation, on);
    case 'fresh':
      return fresh(expectation, on);
    case 'every-day':
      return everyDay(expectation, on, key);
  }
}

function monotonic({ column, direction, strictly, by }: Of<'monotonic'>, on: Judging): Compiled {
  const { name } = columnFor(on, column, ['integer', 'number', 'timestamp', 'text'], 'monotonic');
  const c = identifier(name);
  const within = by === undefined ? '' : `PARTITION BY ${identifier(columnIn(on.columns, by, on.called).name)} `;
  const wrong = `${direction === 'rising' ? '<' : '>'}${strictly ? '=' : ''}`;
  const steps = `(SELECT file_row_number AS row, ${c} AS v, lag(${c}) OVER (${within}ORDER BY file_row_number) AS before
    FROM ${ROWS} WHERE ${c} IS NOT NULL)`;
  return {
    text: `'${name}' is ${strictly ? 'strictly ' : ''}${direction}${by === undefined ? '' : ` within '${by}'`}`,
    figures: [`(SELECT count(*) FROM ${steps} WHERE v ${wrong} before)`, overRows(`count(${c})`)],
    values: {},
    breaking: { sql: `SELECT row FROM ${steps} WHERE v ${wrong} before`, values: {} },
    judge([broken, observed = null]) {
      const violations = asCount(broken);
      return { passed: violations === 0, observed, violations };
    },
  };
}

function fresh({ column, asOf, within }: Of<'fresh'>, on: Judging): Compiled {
  const { name } = columnFor(on, column, ['timestamp'], 'fresh');
  const newest = `max(${identifier(name)})::TIMESTAMP`;
  const oldest = Date.parse(asOf) - (lengthOf(within) ?? 0);
  return {
    text: `the newest '${name}' is at most ${within} before ${asOf}`,
    figures: [overRows(asInstant(newest)), overRows(`epoch_ms(${newest})`)],
    values: {},
    judge([observed = null, at]) {
      return { passed: typeof at === 'number' && at >= oldest, observed, violations: null };
    },
  };
}

function everyDay({ column, from, to, rows }: Of<'every-day'>, on: Judging, key: string): Compiled {
  const { name } = columnFor(on, column, ['timestamp'], 'every-day');
  const days = `(SELECT count(*) AS missing, strftime(min(day), '%Y-%m-%d') AS first FROM
      (SELECT unnest(range(date_trunc('day', $${key}_from::TIMESTAMP)::TIMESTAMP, $${key}_to::TIMESTAMP, INTERVAL 1 DAY)) AS day)
    ANTI JOIN
      (SELECT date_trunc('day', ${identifier(name)}::TIMESTAMP)::TIMESTAMP AS day FROM ${ROWS} GROUP BY 1 HAVING count(*) >= ${rows})
    USING (day))`;
  return {
    text: `each day of [${from}, ${to}) has ${rows} or more rows by '${name}'`,
    figures: [`(SELECT missing FROM ${days})`, `(SELECT first FROM ${days})`],
    values: { [`${key}_from`]: from, [`${key}_to`]: to },
    judge([missing, first]) {
      const days = asCount(missing);
      const observed =
        days === 0 ? null : `${days} ${days === 1 ? 'day' : 'days'} with less, the first ${String(first)}`;
      return { passed: days === 0, observed, violations: null };
    },
  };
}
