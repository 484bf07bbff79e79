import { perennialError } from '../../core/errors';
import type { SplitBy } from '../../steps/split';
import { countRows } from '../data/count-rows';
import { withDuckdb, type SqlValues } from '../data/duckdb';
import { ROW_NUMBER, refuseNames } from '../data/row-number';
import { columnIn, columnsOf, type Column } from '../data/schema';
import { identifier, seededDraw } from '../data/sql';
import type { Work, Written } from '../data/work';

export interface Parts {
  readonly train: Written;
  readonly test: Written;
}

const OF = 'the data set to split';

/**
 * Parts rows in two, keeping their order. By time: rows before the instant train, the others test; a row without an
 * instant is refused rather than put on a side. At random: a row's side depends on the seed and its number alone.
 *
 * @throws PER_DATA_003 PER_DATA_008 PER_DATA_012
 */
export async function splitRows(work: Work, options: { readonly path: string; readonly by: SplitBy }): Promise<Parts> {
  const { path, by } = options;
  return withDuckdb({ ...work, reads: [path] }, async (duck) => {
    const columns = await columnsOf(duck, path);
    refuseNames(columns, [ROW_NUMBER], OF);
    const isTest = testCondition(by, columns);
    const write = async (name: string, where: string): Promise<Written> => {
      const to = `${work.scratch}/${name}.parquet`;
      const rows = `read_parquet($path, file_row_number = true)`;
      const select = `SELECT * EXCLUDE (${ROW_NUMBER}) FROM ${rows} WHERE ${where} ORDER BY ${ROW_NUMBER}`;
      await duck.writeParquet(select, to, { path, ...isTest.values });
      return { path: to, rows: await countRows(duck, to) };
    };
    const parts = {
      train: await write('train', `NOT (${isTest.sql})`),
      test: await write('test', isTest.sql),
    };
    refuseBadParts(parts, await countRows(duck, path), by);
    return parts;
  });
}

function testCondition(by: SplitBy, columns: readonly Column[]): { sql: string; values: SqlValues } {
  if (by.kind === 'random') {
    // 2^64 times the share, compared exactly: both sides are integers.
    const limit = String(BigInt(Math.round(by.testShare * 2 ** 53)) << 11n);
    return { sql: `${seededDraw(ROW_NUMBER)} < $limit::UBIGINT`, values: { seed: by.seed, limit } };
  }
  const column = columnIn(columns, by.column, OF);
  if (column.type !== 'timestamp') {
    throw perennialError('PER_DATA_012', `A split by time needs a timestamp; '${column.name}' is ${column.sql}.`);
  }
  return { sql: `${identifier(by.column)}::TIMESTAMP >= $at::TIMESTAMP`, values: { at: by.at } };
}

function refuseBadParts({ train, test }: Parts, rows: number, by: SplitBy): void {
  const how = by.kind === 'random' ? `a test share of ${by.testShare}` : `a cut at ${by.at}`;
  const lost = rows - train.rows - test.rows;
  if (lost > 0) {
    throw perennialError('PER_DATA_008', `${lost} of ${rows} rows have no instant, so ${how} puts them on no side.`);
  }
  const empty = train.rows === 0 ? 'training' : test.rows === 0 ? 'test' : null;
  if (empty) throw perennialError('PER_DATA_008', `Of ${rows} rows ${how} leaves none to the ${empty} part.`);
}
