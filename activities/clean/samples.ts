import { z } from 'zod';
import type { CleaningRule } from '../../steps/cleaning-rules';
import type { Rows } from '../data/check-conditions';
import type { Duckdb } from '../data/duckdb';
import { ROW_NUMBER } from '../data/row-number';
import { identifier } from '../data/sql';
import type { Change, Stage } from './change';

/** A row that a rule touched: its number in the file, from 0, and what it speaks of, as JSON that is cut where it is long. */
export interface Sample {
  readonly row: number;
  readonly before: string;
  /** null: it went to quarantine. */
  readonly after: string | null;
}

/** Rows that are shown of those that a rule touched, and how much of each. */
const SHOWN = { rows: 5, characters: 300 };

const Numbered = z.object({ row: z.int() });
const Shown = z.object({ row: z.int(), shown: z.string() });

/** The first few rows with a flag, before and after a rule, with the columns that the rule names. */
export async function samplesOf(
  duck: Duckdb,
  flagged: Rows,
  flag: string,
  change: Change,
  { rule, before, after }: { readonly rule: CleaningRule; readonly before: Stage; readonly after: Stage | null },
): Promise<Sample[]> {
  const touched = await duck.rows(
    Numbered,
    `SELECT ${ROW_NUMBER} AS row FROM ${flagged.sql} WHERE ${flag} ORDER BY ${ROW_NUMBER} LIMIT ${SHOWN.rows}`,
    flagged.values,
  );
  const numbers = touched.map(({ row }) => row);
  const named = 'columns' in rule ? rule.columns : [rule.column];
  const was = await show(duck, before, numbers, named);
  const is =
    after && (await show(duck, after, numbers, change.sets.length > 0 ? change.sets.map(([name]) => name) : named));
  return numbers.map((row) => ({ row, before: was.get(row) ?? '', after: is && (is.get(row) ?? '') }));
}

async function show(duck: Duckdb, stage: Stage, numbers: readonly number[], columns: readonly string[]) {
  const fields = columns.map((name) => `${identifier(name)} := ${identifier(name)}`);
  const rows = await duck.rows(
    Shown,
    `SELECT ${ROW_NUMBER} AS row, to_json(struct_pack(${fields.join(', ')}))::VARCHAR AS shown
     FROM ${stage.sql} WHERE ${ROW_NUMBER} IN (${numbers.join(', ')})`,
    stage.values,
  );
  const cut = (text: string): string => (text.length > SHOWN.characters ? `${text.slice(0, SHOWN.characters)}…` : text);
  return new Map(rows.map(({ row, shown }) => [row, cut(shown)] as const));
}
