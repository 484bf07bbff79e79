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
import { denseColumns } from './dense-columns';
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

/** A Parquet file, and what is expected of it. */
interface Asked {
  readonly path: string;
  readonly expectations: readonly Expectation[];
  /** Files to compare with, by their names. */
  readonly against?: Readonly<Record<string, string>>;
}

/** Rows that are shown of those that break an expectation, and how much of each. */
const SHOWN = { rows: 5, characters: 400 };

/**
 * Judges all expectations of a Parquet file in one statement. Every figure is exact, or says how it is rounded:
 * approximate counts of values were measured to be up to a fifth off. Only for what is broken are rows looked up.
 *
 * @throws PER_DATA_003 PER_DATA_009 PER_DATA_012 PER_DATA_015 PER_DATA_060 PER_DATA_061
 */
export async function judgeExpectations(work: Work, { path, expectations, against = {} }: Asked): Promise<Outcome[]> {
  return withDuckdb({ ...work, reads: [path, ...Object.values(against)] }, async (duck) => {
    const on = await describe(duck, { path, against, expectations });
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

async function describe(
  duck: Duckdb,
  { path, against, expectations }: Required<Pick<Asked, 'path' | 'against' | 'expectations'>>,
): Promise<Judging> {
  const columns = await columnsOf(duck, path);
  refuseNames(columns, [ROW_NUMBER], 'the data set');
  const others = new Map<string, Table>();
  for (const [name, file] of Object.entries(against)) {
    others.set(name, { path: file, columns: await columnsOf(duck, file), called: `'${name}'` });
  }
  const dense = await denseColumns(duck, { path, columns }, expectations);
  return { path, columns, called: 'the data set', against: others, dense };
}

/** The figures of each expectation, by one statement; what several ask for is asked once. */
async function figuresOf(duck: Duckdb, path: string, compiled: readonly Compiled[]): Promise<Figure[][]> {
  const names = new Map<string, string>();
  for (const sql of compiled.flatMap((one) => one.figures)) {
    if (!names.has(sql)) names.set(sql, `f${names.size}`);
  }
  const list = [...names].map(([sql, name]) => `${sql} AS ${name}`);
  const values: SqlValues = Object.fromEntries([
    ['path', path],
    ...compiled.flatMap((one) => Object.entries(one.values)),
  ]);
  const figures = await duck.row(
    z.record(z.string(), Figure),
    // The path is a value of the statement also where nothing is asked: one that a statement does not use is an error.
    `SELECT ${['$path AS path', ...list].join(', ')}`,
    values,
  );
  return compiled.map((one) => one.figures.map((sql) => figures[names.get(sql) ?? ''] ?? null));
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
