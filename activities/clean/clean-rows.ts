import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { QuarantineRule } from '../../steps/clean';
import type { CleaningRule } from '../../steps/cleaning-rules';
import type { Rows } from '../data/check-conditions';
import { checkPatterns } from '../data/check-patterns';
import { countRows } from '../data/count-rows';
import { withDuckdb, type Duckdb, type SqlValues } from '../data/duckdb';
import { ROW_NUMBER, refuseNames } from '../data/row-number';
import { columnsOf } from '../data/schema';
import type { Work, Written } from '../data/work';
import { applyRules, flagOf, type RuleOutcome } from './apply-rules';
import { OF, REASON, type Reference, type Stage } from './change';
import { keyOf, noteRepeats, STAYS } from './repeats';
import { compileRules } from './rules';

export interface CleanOptions {
  readonly path: string;
  /** Repairs that come before everything else. */
  readonly rules?: readonly CleaningRule[];
  /** Files to look things up in, by their names. */
  readonly against?: Readonly<Record<string, string>>;
  readonly quarantine: readonly QuarantineRule[];
  readonly uniqueBy: readonly string[] | null;
  /** Which of the same rows stays (`first`): of the file, or in time by a column. */
  readonly keep?: 'first' | 'last' | undefined;
  readonly by?: string | undefined;
}

export interface Cleaned {
  readonly clean: Written;
  readonly quarantine: Written;
  readonly rowsIn: number;
  readonly duplicates: number;
  /** Quarantined rows by reason; every reason that a rule names is there. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly rules: readonly RuleOutcome[];
}

/**
 * Repairs rows, then parts them into clean ones, quarantined ones (as they came in) and duplicates, keeping their order. A
 * row's reason is that of the first rule it breaks. Of clean rows that agree in `uniqueBy` (nulls agree with nulls) one stays.
 *
 * @throws PER_DATA_003 PER_DATA_006 PER_DATA_009 PER_DATA_012 PER_DATA_015 PER_DATA_061 PER_DATA_085 PER_DATA_086
 * @throws PER_DATA_087 PER_DATA_088
 */
export async function cleanRows(work: Work, options: CleanOptions): Promise<Cleaned> {
  const { path, against = {} } = options;
  return withDuckdb({ ...work, reads: [path, ...Object.values(against)] }, async (duck) => {
    await checkPatterns(
      duck,
      options.quarantine.flatMap((rule) => (rule.kind === 'not-matching' ? [rule.pattern] : [])),
    );
    const repaired = await repair(duck, work.scratch, options);
    const { stage } = repaired;
    const key = keyOf(stage, options);

    const isJudged = repaired.outcomes.length > 0;
    const judged = isJudged ? stage : judge(options.quarantine, stage);
    const rowsIn = await countRows(duck, path);
    const duplicates = key ? await noteRepeats(duck, judged, key, rowsIn) : 0;
    const clean = await write(
      duck,
      `${work.scratch}/clean.parquet`,
      cleanOf(judged.sql, duplicates > 0),
      judged.values,
    );
    const refused = isJudged ? quarantineAsItCame(judged, path) : quarantineOf(judged);
    const quarantine = await write(duck, `${work.scratch}/quarantine.parquet`, refused.sql, refused.values);
    const named = repaired.outcomes.flatMap((o) => (o.quarantines ? [o.name] : []));
    const reasons = await countReasons(duck, quarantine.path, [
      ...named,
      ...options.quarantine.map((rule) => rule.reason),
    ]);
    if (rowsIn !== clean.rows + quarantine.rows + duplicates) {
      const parts = `${clean.rows} clean + ${quarantine.rows} quarantined + ${duplicates} duplicate`;
      throw perennialError('PER_DATA_006', `${rowsIn} rows went in, ${parts} came out.`);
    }
    return { clean, quarantine, rowsIn, duplicates, reasons, rules: repaired.outcomes };
  });
}

async function repair(duck: Duckdb, scratch: string, { path, rules = [], against = {}, quarantine }: CleanOptions) {
  const columns = await columnsOf(duck, path);
  const engines = [ROW_NUMBER, REASON, ...rules.map((_, index) => flagOf(index))];
  refuseNames(columns, engines, OF);
  const others = new Map<string, Reference>();
  for (const [name, file] of Object.entries(against)) {
    const theirs = await columnsOf(duck, file);
    refuseNames(theirs, engines, `'${name}'`);
    others.set(name, { path: file, columns: theirs });
  }
  const sql = `(SELECT *, NULL::VARCHAR AS ${REASON} FROM read_parquet($path, file_row_number = true))`;
  const on = { duck, scratch, rules, against: others, judge: (left: Stage) => judge(quarantine, left) };
  return applyRules(on, { sql, values: { path }, columns });
}

/** The rows of a stage, each with the reason to refuse it: its own, or that of the first rule it breaks. */
function judge(quarantine: readonly QuarantineRule[], stage: Stage): Rows {
  const rules = compileRules(quarantine, stage.columns);
  const whens = rules.map((rule, index) => `WHEN ${rule.condition} THEN $reason_${index}`);
  const reason = whens.length > 0 ? `coalesce(${REASON}, CASE ${whens.join(' ')} END)` : REASON;
  const named = rules.map((rule, index) => [`reason_${index}`, rule.reason] as const);
  return {
    sql: `(SELECT * REPLACE ((${reason})::VARCHAR AS ${REASON}) FROM ${stage.sql})`,
    values: {
      ...stage.values,
      ...Object.fromEntries([...named, ...rules.flatMap((rule) => Object.entries(rule.values))]),
    },
  };
}

/** Rows come in the order of the file: DuckDB keeps it where nothing is joined or sorted. */
function cleanOf(judged: string, hasRepeats: boolean): string {
  const takesPart = `${REASON} IS NULL${hasRepeats ? ` AND ${STAYS}` : ''}`;
  return `SELECT * EXCLUDE (${ROW_NUMBER}, ${REASON}) FROM ${judged} WHERE ${takesPart}`;
}

function quarantineOf({ sql, values }: Rows): Rows {
  const refused = `SELECT * EXCLUDE (${ROW_NUMBER}) FROM ${sql} WHERE ${REASON} IS NOT NULL`;
  return { sql: refused, values };
}

/** Repairs may have taken what a row was refused for: its text that is no number. */
function quarantineAsItCame({ sql, values }: Rows, path: string): Rows {
  return {
    sql: `SELECT o.* EXCLUDE (${ROW_NUMBER}), q.reason AS ${REASON}
      FROM read_parquet($as_it_came, file_row_number = true) o
      JOIN (SELECT ${ROW_NUMBER} AS row, ${REASON} AS reason FROM ${sql} WHERE ${REASON} IS NOT NULL) q
        ON o.${ROW_NUMBER} = q.row ORDER BY q.row`,
    values: { ...values, as_it_came: path },
  };
}

async function write(duck: Duckdb, path: string, select: string, values: SqlValues): Promise<Written> {
  await duck.writeParquet(select, path, values);
  return { path, rows: await countRows(duck, path) };
}

const ReasonCount = z.object({ reason: z.string(), rows: z.int() });

async function countReasons(duck: Duckdb, path: string, reasons: readonly string[]): Promise<Record<string, number>> {
  const counted = await duck.rows(
    ReasonCount,
    `SELECT ${REASON} AS reason, count(*) AS rows FROM read_parquet($path) GROUP BY ${REASON}`,
    { path },
  );
  const none = reasons.map((reason) => [reason, 0] as const);
  return { ...Object.fromEntries(none), ...Object.fromEntries(counted.map((c) => [c.reason, c.rows] as const)) };
}
