import { perennialError } from '../../core/errors';
import type { Of } from '../../steps/expectations';
import type { SqlValues } from '../data/duckdb';
import { type Column, columnIn } from '../data/schema';
import { asInstant, identifier } from '../data/sql';
import { byRows } from './about-rows';
import {
  asCount,
  between,
  columnFor,
  type Compiled,
  type Judging,
  overRows,
  ROWS,
  settled,
  type Table,
} from './judged';

/** Expectations about the data set beside another one. */
export type AboutReference = Of<
  'row-count-change' | 'same-schema' | 'foreign-key' | 'known-values' | 'no-overlap' | 'later-than'
>;

/** @throws PER_DATA_003 PER_DATA_012 PER_DATA_060 */
export function compileAboutReference(expectation: AboutReference, on: Judging, key: string): Compiled {
  const other = on.against.get(expectation.reference);
  if (!other) {
    const there = [...on.against.keys()].join(', ') || 'none';
    const asked = `'${expectation.kind}' compares with '${expectation.reference}'`;
    throw perennialError('PER_DATA_060', `${asked}, and 'against' has: ${there}.`);
  }
  const values = { [key]: other.path };
  const theirs = `read_parquet($${key})`;
  switch (expectation.kind) {
    case 'row-count-change': {
      const ratio = `(${overRows('count(*)')} / nullif((SELECT count(*) FROM ${theirs}), 0))`;
      const range = { min: expectation.minRatio, max: expectation.maxRatio };
      return between(`the number of rows over that of '${expectation.reference}'`, ratio, range, values);
    }
    case 'same-schema':
      return sameSchema(expectation, on, other);
    case 'foreign-key':
      return foreignKey(expectation, on, other, { theirs, values });
    case 'known-values':
      return knownValues(expectation, on, other, { theirs, values });
    case 'no-overlap':
      return noOverlap(expectation, on, other, { theirs, values });
    case 'later-than': {
      const { name } = columnFor(on, expectation.column, ['timestamp'], 'later-than');
      const c = identifier(columnFor(other, name, ['timestamp'], 'later-than').name);
      const broken = `${c}::TIMESTAMP <= (SELECT max(${c})::TIMESTAMP FROM ${theirs})`;
      const text = `'${name}' lies after all of '${expectation.reference}'`;
      return byRows({ text, broken, observed: overRows(asInstant(`min(${c})::TIMESTAMP`)), values });
    }
  }
}

interface Theirs {
  readonly theirs: string;
  readonly values: SqlValues;
}

function sameSchema({ reference, columns }: Of<'same-schema'>, on: Judging, other: Table): Compiled {
  const asked = columns?.map((name) => columnIn(other.columns, name, other.called)) ?? other.columns;
  const differing = asked.flatMap((theirs): string[] => {
    const ours = on.columns.find((column) => column.name === theirs.name);
    if (!ours) return [`'${theirs.name}' is missing`];
    return ours.sql === theirs.sql ? [] : [`'${theirs.name}' is ${ours.sql} for ${theirs.sql}`];
  });
  const text = `the columns are of the types that they have in '${reference}'`;
  return settled(text, differing.length === 0, differing.length === 0 ? asked.length : differing.join(', '));
}

/** Rows that join with some row of the other, or with none. */
function joined(how: 'SEMI' | 'ANTI', on: string, { theirs }: Theirs, where: string): string {
  return `(SELECT t.file_row_number AS row FROM ${ROWS} t ${how} JOIN ${theirs} r ON ${on} WHERE ${where})`;
}

function byJoin(text: string, sql: string, { values }: Theirs, counted = overRows('count(*)'), allowed = 0): Compiled {
  return {
    text,
    figures: [`(SELECT count(*) FROM ${sql})`, counted],
    values,
    breaking: { sql: `SELECT row FROM ${sql}`, values },
    judge([broken, rows]) {
      const violations = asCount(broken);
      const observed = asCount(rows) === 0 ? null : violations / asCount(rows);
      return { passed: violations <= allowed * asCount(rows), observed, violations };
    },
  };
}

function foreignKey(
  { columns, reference, theirs }: Of<'foreign-key'>,
  on: Judging,
  other: Table,
  at: Theirs,
): Compiled {
  const pairs = columns.map((name, i) => pair(on, name, other, theirs?.[i] ?? name));
  const same = pairs.map(([a, b]) => `t.${a} = r.${b}`).join(' AND ');
  const known = pairs.map(([a]) => `t.${a} IS NOT NULL`).join(' AND ');
  return byJoin(`(${columns.join(', ')}) is found in '${reference}'`, joined('ANTI', same, at, known), at);
}

function knownValues(expectation: Of<'known-values'>, on: Judging, other: Table, at: Theirs): Compiled {
  const { column, reference, maxShare } = expectation;
  const [c] = pair(on, column, other, column);
  const sql = joined('ANTI', `t.${c} = r.${c}`, at, `t.${c} IS NOT NULL`);
  const text = `at most ${maxShare} of the values of '${column}' are unknown to '${reference}'`;
  return byJoin(text, sql, at, overRows(`count(${c})`), maxShare);
}

function noOverlap({ columns, reference }: Of<'no-overlap'>, on: Judging, other: Table, at: Theirs): Compiled {
  const shared = other.columns.map(({ name }) => name).filter((name) => on.columns.some((c) => c.name === name));
  if (shared.length === 0) {
    throw perennialError('PER_DATA_012', `The data set and '${reference}' have no column in common.`);
  }
  const pairs = (columns ?? shared).map((name) => pair(on, name, other, name));
  // A whole row with nulls is the same as another with the same nulls; a null names no entity.
  const equals = columns === undefined ? 'IS NOT DISTINCT FROM' : '=';
  const same = pairs.map(([a, b]) => `t.${a} ${equals} r.${b}`).join(' AND ');
  const what = columns === undefined ? 'no row' : `no (${columns.join(', ')})`;
  return byJoin(`${what} is in '${reference}' as well`, joined('SEMI', same, at, 'true'), at);
}

function pair(on: Judging, name: string, other: Table, theirName: string): [string, string] {
  const [ours, theirs] = [columnIn(on.columns, name, on.called), columnIn(other.columns, theirName, other.called)];
  if (kindOf(ours) === kindOf(theirs)) return [identifier(name), identifier(theirName)];
  const both = `'${name}' is ${ours.sql}, and '${theirName}' of ${other.called} ${theirs.sql}`;
  throw perennialError('PER_DATA_012', `${both}: they cannot be compared.`);
}

function kindOf({ type, sql }: Column): string {
  return type === 'integer' ? 'number' : (type ?? sql);
}
