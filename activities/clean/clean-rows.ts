import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { QuarantineRule } from '../../steps/clean';
import { checkPatterns } from '../data/check-patterns';
import { countRows } from '../data/count-rows';
import { withDuckdb, type Duckdb, type SqlValues } from '../data/duckdb';
import { ROW_NUMBER, refuseNames } from '../data/row-number';
import { columnIn, columnsOf } from '../data/schema';
import { identifier } from '../data/sql';
import type { Work, Written } from '../data/work';
import { compileRules, type CompiledRule } from './rules';

/** The column that a quarantined row's reason stands in. */
export const REASON = 'quarantine_reason';

export interface CleanOptions {
  readonly path: string;
  readonly quarantine: readonly QuarantineRule[];
  readonly uniqueBy: readonly string[] | null;
}

export interface Cleaned {
  readonly clean: Written;
  readonly quarantine: Written;
  readonly rowsIn: number;
  readonly duplicates: number;
  /** Quarantined rows by reason; every reason that a rule names is there. */
  readonly reasons: Readonly<Record<string, number>>;
}

/**
 * Parts rows into clean ones, quarantined ones and duplicates, keeping their order. A row's reason is that of the first
 * rule it breaks. Among clean rows that agree in `uniqueBy` (nulls agree with nulls) the first of the file stays.
 *
 * @throws PER_DATA_003 PER_DATA_006 PER_DATA_009 PER_DATA_012 PER_DATA_015
 */
export async function cleanRows(work: Work, options: CleanOptions): Promise<Cleaned> {
  return withDuckdb({ ...work, reads: [options.path] }, async (duck) => {
    const columns = await columnsOf(duck, options.path);
    refuseNames(columns, [ROW_NUMBER, REASON], 'the data set to clean');
    const keys = options.uniqueBy?.map((name) => identifier(columnIn(columns, name, 'the data set to clean').name));
    await checkPatterns(
      duck,
      options.quarantine.flatMap((rule) => (rule.kind === 'not-matching' ? [rule.pattern] : [])),
    );
    const rules = compileRules(options.quarantine, columns);

    const judged = judgedBy(rules, options.path);
    const rowsIn = await countRows(duck, options.path);
    const duplicates = keys ? await noteRepeats(duck, judged, keys) : 0;
    const clean = await write(duck, `${work.scratch}/clean.parquet`, cleanOf(judged.sql, keys), judged.values);
    const quarantine = await write(duck, `${work.scratch}/quarantine.parquet`, quarantineOf(judged.sql), judged.values);
    const reasons = await countReasons(duck, quarantine.path, rules);
    if (rowsIn !== clean.rows + quarantine.rows + duplicates) {
      const parts = `${clean.rows} clean + ${quarantine.rows} quarantined + ${duplicates} duplicate`;
      throw perennialError('PER_DATA_006', `${rowsIn} rows went in, ${parts} came out.`);
    }
    return { clean, quarantine, rowsIn, duplicates, reasons };
  });
}

interface Judged {
  readonly sql: string;
  readonly values: SqlValues;
}

function judgedBy(rules: readonly CompiledRule[], path: string): Judged {
  const whens = rules.map((rule, index) => `WHEN ${rule.condition} THEN $reason_${index}`);
  const reason = whens.length > 0 ? `CASE ${whens.join(' ')} END` : 'NULL';
  const named = rules.map((rule, index) => [`reason_${index}`, rule.reason] as const);
  return {
    sql: `SELECT *, (${reason})::VARCHAR AS ${REASON} FROM read_parquet($path, file_row_number = true)`,
    values: Object.fromEntries([['path', path], ...named, ...rules.flatMap((rule) => Object.entries(rule.values))]),
  };
}

/**
 * Notes the keys that occur more than once with the number of their first row. Only those are kept in memory: ranking
 * all rows within their key was measured at more than twice the cost.
 */
async function noteRepeats(duck: Duckdb, judged: Judged, keys: readonly string[]): Promise<number> {
  await duck.run(
    `CREATE TEMP TABLE repeats AS
     SELECT ${keys.map((k, i) => `${k} AS key_${i}`).join(', ')}, min(${ROW_NUMBER}) AS first_row, count(*) - 1 AS surplus
     FROM (${judged.sql}) WHERE ${REASON} IS NULL GROUP BY ${keys.join(', ')} HAVING count(*) > 1`,
    judged.values,
  );
  const { surplus } = await duck.row(Surplus, 'SELECT coalesce(sum(surplus), 0)::BIGINT AS surplus FROM repeats');
  return surplus;
}

const Surplus = z.object({ surplus: z.int() });

function cleanOf(judged: string, keys: readonly string[] | undefined): string {
  const kept = `* EXCLUDE (${ROW_NUMBER}, ${REASON})`;
  if (!keys) return `SELECT ${kept} FROM (${judged}) WHERE ${REASON} IS NULL ORDER BY ${ROW_NUMBER}`;
  const same = keys.map((k, i) => `j.${k} IS NOT DISTINCT FROM r.key_${i}`).join(' AND ');
  return `
    SELECT j.${kept} FROM (${judged}) j LEFT JOIN repeats r ON ${same}
    WHERE j.${REASON} IS NULL AND (r.first_row IS NULL OR r.first_row = j.${ROW_NUMBER})
    ORDER BY j.${ROW_NUMBER}`;
}

function quarantineOf(judged: string): string {
  return `SELECT * EXCLUDE (${ROW_NUMBER}) FROM (${judged}) WHERE ${REASON} IS NOT NULL ORDER BY ${ROW_NUMBER}`;
}

async function write(duck: Duckdb, path: string, select: string, values: SqlValues): Promise<Written> {
  await duck.writeParquet(select, path, values);
  return { path, rows: await countRows(duck, path) };
}

const ReasonCount = z.object({ reason: z.string(), rows: z.int() });

async function countReasons(
  duck: Duckdb,
  path: string,
  rules: readonly CompiledRule[],
): Promise<Record<string, number>> {
  const counted = await duck.rows(
    ReasonCount,
    `SELECT ${REASON} AS reason, count(*) AS rows FROM read_parquet($path) GROUP BY ${REASON}`,
    { path },
  );
  const none = rules.map((rule) => [rule.reason, 0] as const);
  return { ...Object.fromEntries(none), ...Object.fromEntries(counted.map((c) => [c.reason, c.rows] as const)) };
}
