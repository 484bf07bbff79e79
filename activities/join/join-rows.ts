import { rm } from 'node:fs/promises';
import { perennialError } from '../../core/errors';
import { JoinedRows } from '../../steps/join-as-of';
import { countRows } from '../data/count-rows';
import { type Duckdb, withDuckdb } from '../data/duckdb';
import { refuseNames, ROW_NUMBER } from '../data/row-number';
import { type Column, columnIn, columnsOf } from '../data/schema';
import { identifier } from '../data/sql';
import type { Work, Written } from '../data/work';
import { answersOf } from './answers';
import { compileRecords, type FeatureFile, instantSql, type Records } from './records';

export type { FeatureFile } from './records';

export interface JoinOptions {
  readonly path: string;
  readonly time: string;
  readonly features: ReadonlyMap<string, FeatureFile>;
}

export interface Joined {
  readonly rows: Written;
  readonly features: ReadonlyMap<string, JoinedRows>;
}

const OF = 'the data set to join to';

/**
 * Adds to each row what other data sets told at its instant, as far as it was known by then. One data set after the other
 * leaves its answers, with the numbers of their rows, in the scratch folder; a last statement puts them beside the rows.
 *
 * @throws PER_DATA_003 PER_DATA_012 PER_DATA_015 PER_DATA_130
 */
export async function joinRows(work: Work, { path, time, features }: JoinOptions): Promise<Joined> {
  const reads = [path, ...[...features.values()].map((table) => table.path)];
  return withDuckdb({ ...work, reads }, async (duck) => {
    const columns = await columnsOf(duck, path);
    refuseNames(columns, [ROW_NUMBER], OF);
    const at = instantSql(columnIn(columns, time, OF), OF);
    const tables: Records[] = [];
    for (const [name, table] of features) {
      const theirs = await columnsOf(duck, table.path);
      refuseNames(theirs, [ROW_NUMBER], `'${name}'`);
      tables.push(compileRecords(name, table, columns, theirs));
    }
    refuseTwice(columns, tables);

    const rowsIn = await countRows(duck, path);
    const counted = new Map<string, JoinedRows>();
    const answers: string[] = [];
    for (const [i, table] of tables.entries()) {
      const to = `${work.scratch}/answers-${i}.parquet`;
      await duck.writePassing(answersOf(table, at, '$path', '$theirs'), to, { path, theirs: table.path });
      counted.set(table.name, await countAnswers(duck, to, rowsIn));
      answers.push(to);
    }
    const to = `${work.scratch}/joined.parquet`;
    await duck.writeParquet(besideRows(tables), to, {
      path,
      ...Object.fromEntries(answers.map((answer, i) => [`answers_${i}`, answer])),
    });
    for (const answer of answers) await rm(answer);
    const rows = await countRows(duck, to);
    if (rows !== rowsIn) throw perennialError('PER_DATA_130', `${rowsIn} rows went in, ${rows} came out.`);
    return { rows: { path: to, rows }, features: counted };
  });
}

function besideRows(tables: readonly Records[]): string {
  const taken = tables.flatMap((table, i) => table.taken.map(({ as }, k) => `a${i}.taken_${k} AS ${identifier(as)}`));
  const joins = tables.map((_, i) => `LEFT JOIN read_parquet($answers_${i}) a${i} ON a${i}.row = d.${ROW_NUMBER}`);
  return `SELECT ${[`d.* EXCLUDE (${ROW_NUMBER})`, ...taken].join(', ')}
    FROM read_parquet($path, file_row_number = true) d ${joins.join(' ')} ORDER BY d.${ROW_NUMBER}`;
}

async function countAnswers(duck: Duckdb, path: string, rows: number): Promise<JoinedRows> {
  const count = (outcome: string): string => `count(*) FILTER (outcome = '${outcome}')`;
  const counts = await duck.row(
    JoinedRows,
    `SELECT ${count('matched')} AS matched, ${count('too-old')} AS "tooOld", ${count('not-yet-known')} AS "notYetKnown",
       ${count('absent')} AS absent, $rows::BIGINT - count(*) AS unasked, count(*) FILTER (withheld) AS withheld
     FROM read_parquet($answers)`,
    { answers: path, rows },
  );
  return counts;
}

/** DuckDB's names are the same whatever their case. */
function refuseTwice(columns: readonly Column[], tables: readonly Records[]): void {
  const there = new Map(columns.map(({ name }) => [name.toLowerCase(), OF]));
  for (const { name, taken } of tables) {
    for (const { as } of taken) {
      const other = there.get(as.toLowerCase());
      if (other !== undefined) {
        throw perennialError('PER_DATA_015', `'${as}', which '${name}' would add, is a column of ${other} already.`);
      }
      there.set(as.toLowerCase(), `'${name}'`);
    }
  }
}
