import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { Duckdb, SqlValues } from './duckdb';

/** What DuckDB's own parser makes of a statement. */
const Parsed = z.union([
  z.object({ error: z.literal(true), error_message: z.string() }),
  z.object({
    error: z.literal(false),
    statements: z.array(z.object({ node: z.looseObject({ select_list: z.array(z.unknown()).optional() }) })),
  }),
]);

/** Rows as SQL that may follow FROM, and the values of its parameters. */
export interface Rows {
  readonly sql: string;
  readonly values: SqlValues;
}

/**
 * Tries each condition before it stands in a statement: it has to be one expression over the columns of the file, true or
 * false.
 *
 * @throws PER_DATA_061
 */
export async function checkConditions(duck: Duckdb, path: string, conditions: readonly string[]): Promise<void> {
  const rows = { sql: 'read_parquet($path)', values: { path } };
  for (const condition of conditions) await checkExpression(duck, rows, condition, 'condition');
}

/**
 * Tries one expression over the columns of some rows: one of any type, or a condition.
 *
 * @throws PER_DATA_061
 */
export async function checkExpression(
  duck: Duckdb,
  rows: Rows,
  expression: string,
  as: 'condition' | 'value',
): Promise<void> {
  const refuse = (why: string, cause?: unknown): never => {
    throw perennialError('PER_DATA_061', `${expression}: ${why}.`, { cause });
  };
  const { parsed } = await duck.row(
    z.object({ parsed: z.string() }),
    "SELECT json_serialize_sql('SELECT (' || $expression || ')')::VARCHAR AS parsed",
    { expression },
  );
  const found = Parsed.parse(JSON.parse(parsed));
  if (found.error) return refuse(found.error_message.split('\n')[0] ?? '');
  const [statement, ...more] = found.statements;
  const { select_list, ...rest } = statement?.node ?? {};
  // Brackets that close early would let more of a statement in than an expression.
  const plain = more.length === 0 && select_list?.length === 1 && isBare(rest);
  if (!plain) refuse('it is more than one expression');
  // Inside an aggregate no other fits, nor a window: what it says of a row is said of that row alone.
  const tried = as === 'condition' ? `count(*) FILTER (NOT (${expression}))` : `count((${expression}))`;
  try {
    await duck.row(z.unknown(), `SELECT ${tried} FROM ${rows.sql} WHERE false`, rows.values);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error), error);
  }
}

const Bare = z.looseObject({ from_table: z.looseObject({ type: z.literal('EMPTY') }), where_clause: z.null() });

function isBare(node: unknown): boolean {
  return Bare.safeParse(node).success;
}
