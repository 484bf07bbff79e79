import { perennialError } from '../../core/errors';
import type { ColumnType } from '../../steps/collect';
import type { Expectation } from '../../steps/validate';
import type { SqlValues } from '../data/duckdb';
import { columnIn, type Column } from '../data/schema';
import { asInstant, identifier } from '../data/sql';
import { asCount, bounds, type Compiled } from './judged';

/** Expectations that each row keeps or breaks by itself. */
export type AboutRows = Extract<
  Expectation,
  { kind: 'not-null' | 'range' | 'time-range' | 'in-set' | 'regex' | 'length' | 'columns-differ' }
>;

interface Rule {
  readonly text: string;
  /** True for a row that breaks it. Null counts as kept. */
  readonly broken: string;
  /** An aggregate that tells what there is. */
  readonly observed: string;
  readonly values?: SqlValues;
}

/** @throws PER_DATA_003 PER_DATA_012 */
export function compileAboutRows(expectation: AboutRows, columns: readonly Column[], key: string): Compiled {
  const rule = ruleOf(expectation, columns, key);
  const allowed = expectation.kind === 'not-null' ? expectation.maxShare : 0;
  return {
    text: rule.text,
    aggregates: [`count(*) FILTER (${rule.broken})`, rule.observed, 'count(*)'],
    values: rule.values ?? {},
    judge([broken, observed = null, rows]) {
      const violations = asCount(broken);
      return { passed: violations <= allowed * asCount(rows), observed, violations };
    },
  };
}

function ruleOf(expectation: AboutRows, columns: readonly Column[], key: string): Rule {
  if (expectation.kind === 'columns-differ') return differ(expectation, columns);
  const column = columnIn(columns, expectation.column, 'the data set');
  const c = identifier(column.name);
  const name = column.name;
  switch (expectation.kind) {
    case 'not-null': {
      const broken = column.type === 'number' ? `(${c} IS NULL OR isnan(${c}::DOUBLE))` : `${c} IS NULL`;
      const observed = `count(*) FILTER (${broken}) / nullif(count(*), 0)`;
      return { text: `'${name}' is null in at most ${expectation.maxShare} of rows`, broken, observed };
    }
    case 'range': {
      takes(column, ['integer', 'number'], expectation.kind);
      const { min, max } = expectation;
      return {
        text: `'${name}' is ${bounds(min, max)}`,
        ...outside(`${c}::DOUBLE`, min, max, key),
        observed: `min(${c})::DOUBLE::VARCHAR || ' to ' || max(${c})::DOUBLE::VARCHAR`,
      };
    }
    case 'length': {
      takes(column, ['text'], expectation.kind);
      const { min, max } = expectation;
      return {
        text: `the length of '${name}' is ${bounds(min, max)}`,
        ...outside(`length(${c})`, min, max, key),
        observed: `min(length(${c}))::VARCHAR || ' to ' || max(length(${c}))::VARCHAR`,
      };
    }
    case 'time-range': {
      takes(column, ['timestamp'], expectation.kind);
      const { from, to } = expectation;
      return {
        text: `'${name}' lies in [${from}, ${to})`,
        broken: `(${c} < $${key}_from::TIMESTAMP OR ${c} >= $${key}_to::TIMESTAMP)`,
        observed: `${asInstant(`min(${c})::TIMESTAMP`)} || ' to ' || ${asInstant(`max(${c})::TIMESTAMP`)}`,
        values: { [`${key}_from`]: from, [`${key}_to`]: to },
      };
    }
    case 'in-set': {
      const broken = `NOT list_contains($${key}::VARCHAR[], ${c}::VARCHAR)`;
      return {
        text: `'${name}' is one of ${expectation.values.length} values`,
        broken,
        observed: `min(${c}::VARCHAR) FILTER (${broken})`,
        values: { [key]: expectation.values },
      };
    }
    case 'regex': {
      takes(column, ['text'], expectation.kind);
      const broken = `NOT regexp_matches(${c}, $${key})`;
      return {
        text: `'${name}' matches /${expectation.pattern}/`,
        broken,
        observed: `min(${c}) FILTER (${broken})`,
        values: { [key]: expectation.pattern },
      };
    }
  }
}

function differ({ left, right }: Extract<AboutRows, { kind: 'columns-differ' }>, columns: readonly Column[]): Rule {
  const [l, r] = [left, right].map((name) => columnIn(columns, name, 'the data set'));
  if (l === undefined || r === undefined || l.type !== r.type) {
    throw perennialError('PER_DATA_012', `'${left}' and '${right}' are of different types and cannot be compared.`);
  }
  const broken = `${identifier(left)} = ${identifier(right)}`;
  return {
    text: `'${left}' and '${right}' differ`,
    broken,
    observed: `min(${identifier(left)}::VARCHAR) FILTER (${broken})`,
  };
}

/** NaN lies outside of every range: DuckDB takes it for the largest number. */
function outside(value: string, min: number | undefined, max: number | undefined, key: string) {
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

/** @throws PER_DATA_012 */
export function takes(column: Column, types: readonly ColumnType[], kind: string): void {
  if (column.type !== null && types.includes(column.type)) return;
  throw perennialError('PER_DATA_012', `'${kind}' is for ${types.join(' or ')}; '${column.name}' is ${column.sql}.`);
}
