import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { isPerennialError, perennialError } from '../../core/errors';
import type { CleaningRule } from '../../steps/cleaning-rules';
import type { Rows } from '../data/check-conditions';
import type { Duckdb } from '../data/duckdb';
import { ROW_NUMBER } from '../data/row-number';
import { columnsOfQuery } from '../data/schema';
import { identifier, textLiteral } from '../data/sql';
import { type Change, inRow, REASON, type Reference, type Stage } from './change';
import { compile } from './compile';
import { type Sample, samplesOf } from './samples';

/** What one rule did: how many rows, and a few of them before and after. */
export interface RuleOutcome {
  readonly name: string;
  readonly kind: CleaningRule['kind'];
  readonly touched: number;
  /** Whether the rows that it touches go to quarantine. */
  readonly quarantines: boolean;
  /** What was fitted to the data set, in words. */
  readonly fitted: string | null;
  readonly samples: readonly Sample[];
}

/** A rule whose statement has not run yet. */
interface Pending {
  readonly rule: CleaningRule;
  readonly change: Change;
  readonly flag: string;
  readonly before: Stage;
  readonly after: Stage;
}

interface Progress {
  readonly stage: Stage;
  readonly pending: readonly Pending[];
  readonly outcomes: readonly RuleOutcome[];
  /** The file that the stage reads, where it is one of the scratch folder. */
  readonly file: string | null;
}

interface Applying {
  readonly duck: Duckdb;
  readonly scratch: string;
  readonly rules: readonly CleaningRule[];
  readonly against: ReadonlyMap<string, Reference>;
  /** The rows that the rules left with the reasons of those to refuse: judged once, as they are written for the last time. */
  readonly judge: (left: Stage) => Rows;
}

/** The column in which a rule marks the rows that it touches, until they are counted. */
export function flagOf(index: number): string {
  return `cleaning_touched_${index}`;
}

/**
 * Applies rules in order. Those that look at each row by itself share a statement; one that joins rows or sorts them ends it.
 * Each statement leaves a file in the scratch folder, with every row at the place that it had.
 */
export async function applyRules(
  on: Applying,
  start: Stage,
): Promise<{ readonly stage: Stage; readonly outcomes: readonly RuleOutcome[] }> {
  let progress: Progress = { stage: start, pending: [], outcomes: [], file: null };
  for (const [index, rule] of on.rules.entries()) {
    const rules = [...progress.pending.map((p) => p.rule), rule];
    const isLast = index === on.rules.length - 1;
    progress = await namingRepairs(rules, async () => {
      const added = await add(on, progress, rule, index);
      return movesRows(added.change) || isLast ? settle(on, added.progress, isLast) : added.progress;
    });
  }
  return progress;
}

function movesRows(change: Change): boolean {
  return change.join !== undefined || change.sorts === true;
}

async function add(on: Applying, progress: Progress, rule: CleaningRule, index: number) {
  const { duck, against } = on;
  const before = progress.stage;
  const change = await compile(rule, { duck, stage: before, against, key: `r${index}` });
  const flags = progress.pending.map((p) => p.flag);
  const flag = flagOf(index);
  const sql = `(${changed(before, rule, change, flags, flag)})`;
  const values = { ...before.values, ...change.values };
  const engines = new Set([ROW_NUMBER, REASON, flag, ...flags]);
  const all = await columnsOfQuery(duck, `SELECT * FROM ${sql}`, values);
  const after = { sql, values, columns: all.filter((column) => !engines.has(column.name)) };
  const pending = [...progress.pending, { rule, change, flag, before, after }];
  return { change, progress: { ...progress, stage: after, pending } };
}

/** The rows of a stage after one more rule. */
function changed(stage: Stage, rule: CleaningRule, change: Change, flags: readonly string[], flag: string): string {
  const sets = new Map(change.sets);
  const old = new Set(stage.columns.map((column) => column.name));
  const kept = stage.columns.map(({ name }) => `${sets.get(name) ?? inRow(name)} AS ${identifier(name)}`);
  const added = change.sets.filter(([name]) => !old.has(name)).map(([name, sql]) => `${sql} AS ${identifier(name)}`);
  const differs = change.sets.map(([name, sql]) => `(${sql}) IS DISTINCT FROM ${inRow(name)}`);
  const touches = change.touches ?? (differs.length > 0 ? differs.join(' OR ') : 'false');
  const takesPart = `b.${REASON} IS NULL`;
  const reason =
    change.refuses === undefined
      ? `b.${REASON}`
      : `CASE WHEN ${takesPart} AND ${change.refuses} THEN ${textLiteral(rule.name)} ELSE b.${REASON} END`;
  const engines = [
    `b.${ROW_NUMBER} AS ${ROW_NUMBER}`,
    `${reason} AS ${REASON}`,
    ...flags.map((name) => `b.${name} AS ${name}`),
    `coalesce(${takesPart} AND (${touches}), false) AS ${flag}`,
  ];
  const { once } = change;
  const rows = once ? `(SELECT b.*, ${once.sql} AS ${identifier(once.name)} FROM ${stage.sql} b)` : stage.sql;
  return `SELECT ${[...kept, ...added, ...engines].join(', ')} FROM ${rows} b ${change.join ?? ''}`;
}

/** Runs the statement of the rules that are pending, and tells what they did. */
async function settle(on: Applying, { stage, pending, outcomes, file }: Progress, isLast: boolean): Promise<Progress> {
  const path = `${on.scratch}/repaired-${outcomes.length + pending.length}.parquet`;
  const order = pending.some((p) => movesRows(p.change)) ? `ORDER BY ${ROW_NUMBER}` : '';
  const left = isLast ? on.judge(stage) : stage;
  await on.duck.writePassing(`SELECT * EXCLUDE (${ROW_NUMBER}) FROM ${left.sql} ${order}`, path, left.values);
  const flags = pending.map((p) => p.flag);
  const key = `repaired_${outcomes.length + pending.length}`;
  const rows = `read_parquet($${key}, file_row_number = true)`;
  const settled = {
    sql: `(SELECT * EXCLUDE (${flags.join(', ')}) FROM ${rows})`,
    values: { [key]: path },
    columns: stage.columns,
  };
  const counts = await on.duck.row(
    z.record(z.string(), z.int()),
    `SELECT ${flags.map((flag) => `count(*) FILTER (${flag}) AS ${flag}`).join(', ')} FROM ${rows}`,
    settled.values,
  );
  const made: RuleOutcome[] = [];
  for (const [index, { rule, change, flag, before, after }] of pending.entries()) {
    const touched = counts[flag] ?? 0;
    const quarantines = change.refuses !== undefined;
    const shown = { rule, before, after: quarantines ? null : index === pending.length - 1 ? settled : after };
    const samples =
      touched === 0 ? [] : await samplesOf(on.duck, { sql: rows, values: settled.values }, flag, change, shown);
    made.push({ name: rule.name, kind: rule.kind, touched, quarantines, fitted: change.fitted ?? null, samples });
  }
  if (file !== null) await rm(file);
  return { stage: settled, pending: [], outcomes: [...outcomes, ...made], file: path };
}

/** A value that an expression of the user fails on is the user's to know of, not a query that might work next time. */
async function namingRepairs<T>(rules: readonly CleaningRule[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const repairs = rules.flatMap((rule) => (rule.kind === 'repair' ? [`'${rule.name}'`] : []));
    const failed = isPerennialError(error) && error.code === 'PER_DATA_011';
    if (
      !failed ||
      repairs.length === 0 ||
      !/DuckDB: (Conversion|Invalid Input|Out of Range) Error/.test(error.message)
    ) {
      throw error;
    }
    throw perennialError('PER_DATA_086', `Among ${repairs.join(', ')}: ${error.message}`, { cause: error });
  }
}
