// Danger: a cleaning rule that repairs nothing, or what needs no repair, or counts what it did not do. Each has rows that it
// repairs and rows that it leaves alone.
import type { z } from 'zod';
import { cleanRows, type Cleaned } from '../../../activities/clean/clean-rows';
import { CleaningRule } from '../../../steps/cleaning-rules';
import { bench, refused, rejection } from '../data/parquet';

const { work, write, read } = bench();
type Rule = z.input<typeof CleaningRule>;
/** A rule without its name, each kind by itself. */
type Bare = Rule extends infer R ? (R extends Rule ? Omit<R, 'name'> : never) : never;

/** A table as SQL: its columns, then its rows. */
function table(columns: string, ...rows: string[]): string {
  const names = columns.split(', ').map((name) => `"${name}"`);
  return `SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(', ')}) t(${names.join(', ')})`;
}

const AIRPORTS = table('iata, state, id', "'ATL', 'GA', 1", "'ORD', 'IL', 2", "NULL, 'XX', 3", "NULL, 'YY', 4");

async function apply(rows: string, rules: readonly Rule[], reference?: string): Promise<Cleaned> {
  const path = await write('rows.parquet', rows);
  const against = reference === undefined ? {} : { other: await write('other.parquet', reference) };
  const parsed = rules.map((rule) => CleaningRule.parse(rule));
  return cleanRows(work, { path, rules: parsed, against, quarantine: [], uniqueBy: null });
}

interface Case {
  readonly called: string;
  readonly rule: Bare;
  readonly rows: string;
  /** What stands afterwards, as SQL. */
  readonly leaves: string;
  readonly touched: number;
  readonly quarantined?: number;
  /** Rows in which it finds nothing to do, other than those that it leaves; null: it has something to do in any. */
  readonly fine?: string | null;
}

const text = (...values: string[]): string => table('t', ...values);
const numbers = (...values: string[]): string => table('n', ...values);
const doubles = (...values: string[]): string => table('n', ...values.map((v) => `${v}::DOUBLE`));
const FILL: Case['rule'] = { kind: 'forward-fill', column: 'v', by: ['k'], time: 'at' };

const CASES: Case[] = [
  {
    called: 'parse integers: a fraction, an exponent and one too large are no integers; blank is no value',
    rule: { kind: 'parse', column: 't', as: 'integer' },
    rows: text("' +7 '", "'1.5'", "'1e3'", "'99999999999999999999'", "' '", 'NULL', "'-3'"),
    leaves: numbers('7::BIGINT', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', '-3').replace('"n"', '"t"'),
    touched: 3,
  },
  {
    called: 'parse numbers: words and what is beyond all numbers are none',
    rule: { kind: 'parse', column: 't', as: 'number' },
    rows: text("'1.5'", "'.5e1'", "'nan'", "'inf'", "'1e999'", "'x'"),
    leaves: doubles('1.5', '5', 'NULL', 'NULL', 'NULL', 'NULL').replace('"n"', '"t"'),
    touched: 4,
  },
  {
    called: 'parse instants: ISO 8601 with its zone',
    rule: { kind: 'parse', column: 't', as: 'timestamp' },
    rows: text("'2001-01-01T10:00:00Z'", "'2001-01-01 10:00:00+02:00'", "'2001-01-01'", "'2001-02-30'", "'infinity'"),
    leaves: text(
      "TIMESTAMP '2001-01-01 10:00:00'",
      "TIMESTAMP '2001-01-01 08:00:00'",
      "TIMESTAMP '2001-01-01'",
      'NULL',
      'NULL',
    ),
    touched: 2,
  },
  {
    called: 'parse instants: the first format that fits; what fits none goes to quarantine',
    rule: { kind: 'parse', column: 't', as: 'timestamp', formats: ['%d.%m.%Y', '%m/%d/%Y'], onFailure: 'quarantine' },
    rows: text("'03.02.2001'", "'02/03/2001'", "'2001'", 'NULL'),
    leaves: text("TIMESTAMP '2001-02-03'", "TIMESTAMP '2001-02-03'", 'NULL'),
    touched: 1,
    quarantined: 1,
  },
  {
    called: 'parse booleans: upper case or lower, and own words',
    rule: { kind: 'parse', column: 't', as: 'boolean', yes: ['Ja'], no: ['nein'] },
    rows: text("'JA'", "'nein'", "'yes'", 'NULL'),
    leaves: text('true', 'false', 'NULL', 'NULL'),
    touched: 1,
  },
  {
    called: 'trim: any white space, of both ends alone',
    rule: { kind: 'trim', columns: ['t'] },
    rows: text("' a b '", "chr(160) || 'c' || chr(9)", "'d'", "'  '", 'NULL'),
    leaves: text("'a b'", "'c'", "'d'", "''", 'NULL'),
    touched: 3,
  },
  {
    called: 'case',
    rule: { kind: 'case', columns: ['t'], to: 'upper' },
    rows: text("'atl'", "'ORD'", "'é1'", 'NULL'),
    leaves: text("'ATL'", "'ORD'", "'É1'", 'NULL'),
    touched: 2,
  },
  {
    called: 'nfc: composed and decomposed become one',
    rule: { kind: 'nfc', columns: ['t'] },
    rows: text("'e' || chr(769)", 'chr(233)', 'NULL'),
    leaves: text('chr(233)', 'chr(233)', 'NULL'),
    touched: 1,
  },
  {
    called: 'replace: each match, groups where they are named, letters of Unicode',
    rule: { kind: 'replace', columns: ['t'], pattern: '(é+)(x?)', with: '\\2[\\1]' },
    rows: text("'aébéé'", "'éx é'", "'E'", "''", 'NULL'),
    leaves: text("'a[é]b[éé]'", "'x[é] [é]'", "'E'", "''", 'NULL'),
    touched: 2,
    fine: text("'E'", "''", 'NULL'),
  },
  {
    called: 'map: what is not named stays, null too',
    rule: { kind: 'map', column: 't', values: { n: 'no', x: null } },
    rows: text("'n'", "'x'", "'z'", 'NULL'),
    leaves: text("'no'", 'NULL', "'z'", 'NULL'),
    touched: 2,
  },
  {
    called: 'map of integers: what is not named becomes a value, null does not',
    rule: { kind: 'map', column: 'n', values: { 1: 10, 10: 10, '-1': -1 }, otherwise: { value: -1 } },
    rows: numbers('1', '7', 'NULL'),
    leaves: numbers('10', '-1', 'NULL'),
    touched: 2,
  },
  {
    called: 'map: what is not named becomes null',
    rule: { kind: 'map', column: 't', values: { a: 'a' }, otherwise: null },
    rows: text("'a'", "'b'", 'NULL'),
    leaves: text("'a'", 'NULL', 'NULL'),
    touched: 1,
  },
  {
    called: 'impute a constant: null and blank are missing',
    rule: { kind: 'impute', column: 't', with: { value: 'none' } },
    rows: text("'a'", "' '", 'NULL'),
    leaves: text("'a'", "'none'", "'none'"),
    touched: 2,
  },
  {
    called: 'impute the mean: NaN is missing, infinities do not count',
    rule: { kind: 'impute', column: 'n', with: 'mean' },
    rows: doubles('0.1', '0.2', "'nan'", "'inf'", 'NULL'),
    leaves: doubles('0.1', '0.2', '0.1::DOUBLE / 2 + 0.1', "'inf'", '0.1::DOUBLE / 2 + 0.1'),
    touched: 2,
  },
  {
    called: 'impute the mean of integers: rounded',
    rule: { kind: 'impute', column: 'n', with: 'mean' },
    rows: numbers('1', '2', '2', 'NULL'),
    leaves: numbers('1', '2', '2', '2'),
    touched: 1,
  },
  {
    called: 'impute the median: between two numbers',
    rule: { kind: 'impute', column: 'n', with: 'median' },
    rows: doubles('1', '2', '4', '100', 'NULL'),
    leaves: doubles('1', '2', '4', '100', '3'),
    touched: 1,
  },
  {
    called: 'impute the median of integers: the lower of two',
    rule: { kind: 'impute', column: 'n', with: 'median' },
    rows: numbers('1', '2', '5', '100', 'NULL'),
    leaves: numbers('1', '2', '5', '100', '2'),
    touched: 1,
  },
  {
    called: 'impute the mode: of two as frequent the smaller',
    rule: { kind: 'impute', column: 't', with: 'mode' },
    rows: text("'b'", "'a'", "'b'", "'a'", "''", "''", "''", 'NULL'),
    leaves: text("'b'", "'a'", "'b'", "'a'", "'a'", "'a'", "'a'", "'a'"),
    touched: 4,
  },
  {
    called: 'impute without any value: nothing is filled',
    rule: { kind: 'impute', column: 'n', with: 'mean' },
    rows: doubles('NULL'),
    leaves: doubles('NULL'),
    touched: 0,
  },
  {
    called: 'clip: bounds belong to the range, NaN and null stay, infinity does not',
    rule: { kind: 'clip', column: 'n', min: -1, max: 2.5 },
    rows: doubles('-1', '-1.1', '2.5', "'inf'", "'nan'", 'NULL'),
    leaves: doubles('-1', '-1', '2.5', '2.5', "'nan'", 'NULL'),
    touched: 2,
  },
  {
    called: 'clip at a quantile: a value that stands there',
    rule: { kind: 'clip', column: 'n', max: { quantile: 0.75 } },
    rows: numbers('1', '2', '3', '400'),
    leaves: numbers('1', '2', '3', '3'),
    touched: 1,
  },
  {
    called: 'repair: where the condition is true, not where it is null',
    rule: { kind: 'repair', column: 'n', where: 'm < 0', to: '-m * 2' },
    rows: table('n, m', '1, 1', '1, -2', '1, NULL'),
    leaves: table('n, m', '1, 1', '4, -2', '1, NULL'),
    touched: 1,
  },
  {
    called: 'look-up: what is not there has no match, a null neither',
    rule: { kind: 'look-up', columns: ['t'], reference: 'other', theirs: ['iata'], take: ['state', 'id'] },
    rows: text("'ORD'", "'ZZZ'", 'NULL', "'ATL'", "'ORD'"),
    leaves: table(
      't, state, id',
      "'ORD', 'IL', 2",
      "'ZZZ', NULL, NULL",
      'NULL, NULL, NULL',
      "'ATL', 'GA', 1",
      "'ORD', 'IL', 2",
    ),
    touched: 2,
    fine: text("'ATL'"),
  },
  {
    called: 'look-up: without a match into quarantine',
    rule: { kind: 'look-up', columns: ['iata'], reference: 'other', take: ['state'], onNoMatch: 'quarantine' },
    rows: table('iata', "'ORD'", "'ZZZ'"),
    leaves: table('iata, state', "'ORD', 'IL'"),
    touched: 1,
    quarantined: 1,
    fine: table('iata', "'ATL'"),
  },
  {
    called: 'forward-fill: in time, not in the order of the file, and never across keys',
    rule: FILL,
    rows: table(
      'k, at, v',
      "'a', 3, NULL",
      "'a', 1, 10",
      "'b', 2, NULL",
      "'a', 2, 20",
      "'a', NULL, NULL",
      'NULL, 9, NULL',
    ),
    leaves: table(
      'k, at, v',
      "'a', 3, 20",
      "'a', 1, 10",
      "'b', 2, NULL",
      "'a', 2, 20",
      "'a', NULL, NULL",
      'NULL, 9, NULL',
    ),
    touched: 1,
  },
  {
    called: 'forward-fill: at one time the row that comes first in the file is before',
    rule: FILL,
    rows: table('k, at, v', "'a', 1, NULL", "'a', 1, 5", "'a', 1, NULL"),
    leaves: table('k, at, v', "'a', 1, NULL", "'a', 1, 5", "'a', 1, 5"),
    touched: 1,
  },
  {
    called: 'outliers: beyond the fence, not on it',
    rule: { kind: 'outliers', column: 'n', factor: 1, action: 'null' },
    rows: numbers('0', '1', '2', '3', '4', '5', '8', '90', 'NULL'),
    leaves: numbers('0', '1', '2', '3', '4', '5', '8', 'NULL', 'NULL'),
    touched: 1,
    // Without what lay far out the quartiles are nearer.
    fine: numbers('1', '2', '3', '4', '5'),
  },
  {
    called: 'outliers: of each group by itself, a null being one, and clipped to whole numbers',
    rule: { kind: 'outliers', column: 'n', by: ['g'], action: 'clip' },
    rows: table('g, n', ...['1', '1', '2', '2', '9'].flatMap((n) => [`'a', ${n}`, `NULL, ${n}`, `'c', 9`])),
    leaves: table('g, n', ...['1', '1', '2', '2', '3'].flatMap((n) => [`'a', ${n}`, `NULL, ${n}`, `'c', 9`])),
    touched: 2,
  },
  {
    called: 'outliers: into quarantine; infinity is one, NaN is not',
    rule: { kind: 'outliers', column: 'n', action: 'quarantine' },
    rows: doubles('1', '2', '3', "'inf'", "'nan'"),
    leaves: doubles('1', '2', '3', "'nan'"),
    touched: 1,
    quarantined: 1,
  },
];

const reference = (rule: Bare): string | undefined => (rule.kind === 'look-up' ? AIRPORTS : undefined);

test.each(CASES)('$called', async ({ rule, rows, leaves, touched, quarantined = 0, fine }) => {
  const named = [{ ...rule, name: 'it' }];
  const got = await apply(rows, named, reference(rule));
  const left = await read(got.clean.path);
  expect(left).toEqual(await read(await write('leaves.parquet', leaves)));
  expect(got.rules[0]).toMatchObject({ name: 'it', kind: rule.kind, touched });
  expect(got.rules[0]?.samples).toHaveLength(Math.min(5, touched));
  expect(got.quarantine.rows).toBe(quarantined);
  expect(got.reasons).toEqual(got.rules[0]?.quarantines === true ? { it: quarantined } : {});

  // Done once is done: nothing is left to do, and no value moves.
  const clean = fine ?? `SELECT * FROM read_parquet('${got.clean.path}')`;
  const again = await write('again.parquet', clean);
  const other = rule.kind === 'look-up' ? { other: await write('other.parquet', AIRPORTS) } : {};
  const parsed = named.map((one) => CleaningRule.parse(one));
  const twice = await cleanRows(work, { path: again, rules: parsed, against: other, quarantine: [], uniqueBy: null });
  expect(twice.rules[0]?.touched).toBe(0);
  if (fine === undefined) expect(await read(twice.clean.path)).toEqual(left);
});

const one = (rule: Bare): Rule[] => [{ ...rule, name: 'it' }];

test.each<[string, Bare, string[]]>([
  ['PER_DATA_003', { kind: 'trim', columns: ['gone'] }, ['gone']],
  ['PER_DATA_012', { kind: 'trim', columns: ['n'] }, ['n', 'INTEGER']],
  ['PER_DATA_012', { kind: 'replace', columns: ['n'], pattern: 'a', with: 'b' }, ['n', 'INTEGER']],
  ['PER_DATA_009', { kind: 'replace', columns: ['t'], pattern: '(a', with: 'b' }, ['(a']],
  ['PER_DATA_085', { kind: 'replace', columns: ['t'], pattern: '(a)', with: '\\2' }, ['it', '\\2', '(a)']],
  ['PER_DATA_012', { kind: 'parse', column: 'n', as: 'boolean' }, ['n', 'INTEGER']],
  ['PER_DATA_012', { kind: 'impute', column: 't', with: 'mean' }, ['t']],
  ['PER_DATA_085', { kind: 'parse', column: 't', as: 'timestamp', formats: ['%Q'] }, ['it', '%Q']],
  ['PER_DATA_085', { kind: 'impute', column: 'n', with: { value: 1.5 } }, ['it', '1.5']],
  ['PER_DATA_085', { kind: 'map', column: 'n', values: { 1: 'x' } }, ['it', '"x"']],
  ['PER_DATA_085', { kind: 'clip', column: 'n', min: 3, max: 2 }, ['it', '3', '2']],
  ['PER_DATA_061', { kind: 'repair', column: 'n', where: 'true; DROP TABLE x', to: '1' }, ['DROP']],
  ['PER_DATA_061', { kind: 'repair', column: 'n', where: 'n > 0', to: 'sum(n)' }, ['sum']],
  ['PER_DATA_061', { kind: 'repair', column: 'n', where: 'n > 0', to: '1) AS n FROM x WHERE (true' }, ['x']],
  ['PER_DATA_086', { kind: 'repair', column: 'n', where: 'true', to: 't::INTEGER' }, ['it', 'abc']],
  ['PER_DATA_088', { kind: 'look-up', columns: ['t'], reference: 'gone', take: ['state'] }, ['it', 'gone', 'other']],
  ['PER_DATA_087', { kind: 'look-up', columns: ['t'], reference: 'other', take: ['state'] }, ['abc', 'other']],
  ['PER_DATA_015', { kind: 'look-up', columns: ['n'], reference: 'other', take: ['t'] }, ['t']],
  ['PER_DATA_012', { kind: 'look-up', columns: ['n'], reference: 'other', theirs: ['t'], take: ['state'] }, ['n', 't']],
])('%s for %j', async (code, rule, named) => {
  const other = table('t, n, state', "'abc', 1, 'a'", "'abc', 2, 'b'");
  await refused(apply(table('t, n', "'abc', 1"), one(rule), other), code, ...named);
});

test('a rule sees what those before it left, and nothing of rows in quarantine', async () => {
  const rows = table('t, k', "' 5 ', 1", "'900', 1", "'x', 1", 'NULL, 1');
  const got = await apply(rows, [
    { kind: 'trim', name: 'trimmed', columns: ['t'] },
    { kind: 'parse', name: 'unreadable', column: 't', as: 'integer', onFailure: 'quarantine' },
    { kind: 'outliers', name: 'far', column: 't', factor: 0.1, by: ['k'], action: 'null' },
    { kind: 'repair', name: 'halved', column: 't', where: 't > 100', to: '10' },
    { kind: 'impute', name: 'filled', column: 't', with: 'mode' },
  ]);
  expect(got.rules.map(({ name, touched }) => [name, touched])).toEqual([
    ['trimmed', 1],
    ['unreadable', 1],
    ['far', 2],
    ['halved', 0],
    ['filled', 0],
  ]);
  // The row is there as it came, so that it can be read again by a better rule.
  expect(await read(got.quarantine.path)).toEqual([{ t: 'x', k: 1, quarantine_reason: 'unreadable' }]);
  expect(got.rules[1]?.samples).toEqual([{ row: 2, before: '{"t":"x"}', after: null }]);
  expect(got.rules[0]?.samples).toEqual([{ row: 0, before: '{"t":" 5 "}', after: '{"t":"5"}' }]);
});

test('columns that the engine adds while it works are refused', async () => {
  const rules: Rule[] = [{ kind: 'trim', name: 'it', columns: ['cleaning_touched_0'] }];
  const error = await rejection(apply(table('cleaning_touched_0', "'a'"), rules));
  expect(error.code).toBe('PER_DATA_015');
});
