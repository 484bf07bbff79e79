import { z } from 'zod';
import type { Expectation } from '../../steps/expectations';
import { checkConditions } from '../data/check-conditions';
import { checkPatterns } from '../data/check-patterns';
import { type Duckdb, type SqlValues, withDuckdb } from '../data/duckdb';
import { ROW_NUMBER, refuseNames } from '../data/row-number';
import { columnsOf } from '../data/schema';
import { identifier } from '../data/sql';
import type { Work } from '../data/work';
import { compile } from './compile';
import { type Compiled, Figure, type Judged, type Judging, ROWS, type Table } from './judged';

/** A row that breaks an expectation: its number in the file, from 0, and its values as JSON, cut where they are long. */
export interface BreakingRow {
  readonly row: number;
  readonly values: string;
}

/** How one expectation turned out, with the first few rows that break it in the order of the file. */
export interface Outcome extends Judged {
  readonly expectation: string;
  readonly severity: 'warn' | 'fail';
  readonly rows: readonly BreakingRow[];
}

/** Rows that are shown of those that break an expectation, and how much of each. */
const SHOWN = { rows: 5, characters: 400 };

/**
 * Judges all expectations of a Parquet file in one statement. Every figure is exact, or says how it is rounded:
 * approximate counts of values were measured to be up to a fifth off. Only for what is broken are rows looked up.
 *
 * @throws PER_DATA_003 PER_DATA_009 PER_DATA_012 PER_DATA_015 PER_DATA_060 PER_DATA_061
 */
export async function judgeExpectations(
  work: Work,
  options: {
    readonly path: string;
    readonly expectations: readonly Expectation[];
    /** Files to compare with, by their names. */
    readonly against?: Readonly<Record<string, string>>;
  },
): Promise<Outcome[]> {
  const { path, expectations, against = {} } = options;
  return withDuckdb({ ...work, reads: [path, ...Object.values(against)] }, async (duck) => {
    const on = await describe(duck, path, against);
    await checkPatterns(
      duck,
      expectations.flatMap((e) => (e.kind === 'regex' || e.kind === 'not-regex' ? [e.pattern] : [])),
    );
    await checkConditions(
      duck,
      path,
      expectations.flatMap((e) => (e.kind === 'sql' ? [e.holds] : [])),
    );
    const compiled = expectations.map((expectation, index) => compile(expectation, on, `e${index}`));
    const figures = await figuresOf(duck, path, compiled);
    const outcomes: Outcome[] = [];
    for (const [index, one] of compiled.entries()) {
      const judged = one.judge(figures[index] ?? []);
      const rows = judged.passed || one.breaking === undefined ? [] : await show(duck, on, one.breaking);
      const severity = expectations[index]?.severity ?? 'fail';
      outcomes.push({ expectation: one.text, severity, ...judged, rows });
    }
    return outcomes;
  });
}

async function describe(duck: Duckdb, path: string, against: Readonly<Record<string, string>>): Promise<Judging> {
  const columns = await columnsOf(duck, path);
  refuseNames(columns, [ROW_NUMBER], 'the data set');
  const others = new Map<string, Table>();
  for (const [name, file] of Object.entries(against)) {
    others.set(name, { path: file, columns: await columnsOf(duck, file), called: `'${name}'` });
  }
  return { path, columns, called: 'the data set', against: others };
}

/** The figures of each expectation, by one statement. */
async function figuresOf(duck: Duckdb, path: string, compiled: readonly Compiled[]): Promise<Figure[][]> {
  const named = compiled.map(({ aggregates }, i) => aggregates.map((sql, k) => ({ name: `e${i}_${k}`, sql })));
  const list = named.flat().map(({ name, sql }) => `${sql} AS ${name}`);
  const values: SqlValues = Object.fromEntries([
    ['path', path],
    ...compiled.flatMap((one) => Object.entries(one.values)),
  ]);
  const figures = await duck.row(
    z.record(z.string(), Figure),
    `SELECT ${['count(*) AS one', ...list].join(', ')} FROM ${ROWS}`,
    values,
  );
  return named.map((one) => one.map(({ name }) => figures[name] ?? null));
}

const Shown = z.object({ row: z.int(), shown: z.string() });

async function show(
  duck: Duckdb,
  { path, columns }: Table,
  breaking: { readonly sql: string; readonly values: SqlValues },
): Promise<BreakingRow[]> {
  const fields = columns.map(({ name }) => `${identifier(name)} := ${identifier(name)}`);
  const rows = await duck.rows(
    Shown,
    `WITH breaking AS (SELECT row FROM (${breaking.sql}) ORDER BY row LIMIT ${SHOWN.rows})
     SELECT file_row_number AS row, to_json(struct_pack(${fields.join(', ')}))::VARCHAR AS shown
     FROM ${ROWS} WHERE file_row_number IN (SELECT row FROM breaking) ORDER BY file_row_number`,
    { path, ...breaking.values },
  );
  return rows.map(({ row, shown }) => ({
    row,
    values: shown.length > SHOWN.characters ? `${shown.slice(0, SHOWN.characters)}…` : shown,
  }));
}
