import type { Column, ColumnType } from './signature';

/**
 * A cell as it is kept and logged: a finite number, a text, an instant as ISO text in UTC with milliseconds,
 * or null, which means missing.
 */
export type Cell = number | string | null;

/** A row by column name. */
export type Row = { readonly [column: string]: Cell };

/** A cell that was read, or why it could not be. */
export type CellResult = { readonly ok: true; readonly cell: Cell } | { readonly ok: false; readonly why: string };

/** What stands for a missing instant in an int64 tensor. */
export const MISSING_TIMESTAMP = -9_223_372_036_854_775_808n;

const LARGEST_FLOAT32 = 3.402_823_466_385_288_6e38;
const LATEST_MS = 8.64e15;
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** Reads one JSON value as a cell of `type`. Null is a missing value of every type. */
export function readCell(type: ColumnType, value: unknown): CellResult {
  if (value === null) return { ok: true, cell: null };
  if (type === 'number') return readNumber(value);
  if (type === 'text') return readText(value);
  return readTimestamp(value);
}

function readNumber(value: unknown): CellResult {
  if (typeof value !== 'number') return { ok: false, why: `must be a number or null, not ${kindOf(value)}` };
  if (!Number.isFinite(value)) return { ok: false, why: 'must be a finite number' };
  if (Math.abs(value) > LARGEST_FLOAT32) return { ok: false, why: 'is too large for a 32-bit float' };
  return { ok: true, cell: value };
}

function readText(value: unknown): CellResult {
  if (typeof value !== 'string') return { ok: false, why: `must be text or null, not ${kindOf(value)}` };
  if (value.length > 1_000) return { ok: false, why: 'is longer than 1,000 characters' };
  // ONNX Runtime reads a text as a C string: what follows a NUL would be cut off in silence.
  if (value.includes('\0')) return { ok: false, why: 'contains a NUL character' };
  return { ok: true, cell: value };
}

/** ISO text without an offset is read as UTC, never in the server's own zone. */
function readTimestamp(value: unknown): CellResult {
  const ms = typeof value === 'number' ? value : typeof value === 'string' ? instantOf(value) : NaN;
  if (!Number.isInteger(ms) || Math.abs(ms) > LATEST_MS)
    return { ok: false, why: `must be an ISO 8601 instant, whole epoch milliseconds, or null` };
  return { ok: true, cell: new Date(ms).toISOString() };
}

function instantOf(text: string): number {
  const match = INSTANT.exec(text);
  if (!match) return NaN;
  return Date.parse(match[1] !== undefined && match[4] === undefined ? `${text}Z` : text);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A column's cells as the data of its [N,1] tensor: float32 (NaN: missing), text ('': missing), int64 epoch ms. */
export type ColumnData =
  | { readonly type: 'float32'; readonly data: Float32Array }
  | { readonly type: 'string'; readonly data: string[] }
  | { readonly type: 'int64'; readonly data: BigInt64Array };

/** Lays out one column of `rows` for ONNX. A row without the column counts as missing it. */
export function encodeColumn(column: Column, rows: readonly Row[]): ColumnData {
  const cells = rows.map((row) => row[column.name] ?? null);
  if (column.type === 'number')
    return { type: 'float32', data: Float32Array.from(cells, (c) => (typeof c === 'number' ? c : NaN)) };
  if (column.type === 'text') return { type: 'string', data: cells.map((c) => (typeof c === 'string' ? c : '')) };
  return {
    type: 'int64',
    data: BigInt64Array.from(cells, (c) => (typeof c === 'string' ? BigInt(Date.parse(c)) : MISSING_TIMESTAMP)),
  };
}
