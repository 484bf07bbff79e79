import { perennialError } from '../core/errors';
import { type Column, readCell, type Row, type Signature } from '../core/signature';

/** Most rows of one request. */
export const MAX_ROWS = 1_000;

/** A request's rows as a model takes them, and when each happened (ISO 8601, UTC). */
export interface ReadRows {
  readonly rows: readonly Row[];
  readonly events: readonly string[];
  /** Rows whose model tells time by a column that is missing or null in them, so that `now` stands for it. */
  readonly withoutEventTime: number;
}

/**
 * Checks rows by a model's signature: every feature is there by name (null: missing), none is unknown, each has its
 * type. A category that training never saw is not an error: the model scores it as unknown. Where the event time is a
 * column that the model does not take, it may be left out; without an event time a row happens at `now`.
 *
 * @throws PER_SERVE_008 to PER_SERVE_012, naming row and feature; rows are counted from 0.
 */
export function readRows(signature: Signature, given: readonly unknown[], now: string): ReadRows {
  if (given.length === 0) throw perennialError('PER_SERVE_012', "The list 'rows' is empty.");
  if (given.length > MAX_ROWS) throw perennialError('PER_SERVE_011', `${given.length} rows were sent.`);
  const columns = columnsOf(signature);
  const rows: Row[] = [];
  const events: string[] = [];
  let withoutEventTime = 0;
  given.forEach((value, i) => {
    const row = readRow(columns, value, i);
    rows.push(row);
    const event = signature.eventTime === undefined ? null : (row[signature.eventTime] ?? null);
    events.push(typeof event === 'string' ? event : now);
    if (signature.eventTime !== undefined && typeof event !== 'string') withoutEventTime++;
  });
  return { rows, events, withoutEventTime };
}

interface Asked extends Column {
  readonly isOptional: boolean;
}

function columnsOf({ inputs, eventTime }: Signature): readonly Asked[] {
  const columns = inputs.map((column) => ({ ...column, isOptional: false }));
  if (eventTime === undefined || inputs.some((column) => column.name === eventTime)) return columns;
  return [...columns, { name: eventTime, type: 'timestamp', isOptional: true }];
}

function readRow(columns: readonly Asked[], value: unknown, i: number): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw perennialError('PER_SERVE_010', `Row ${i} is not an object of features by name.`);
  const given = new Map<string, unknown>(Object.entries(value));
  const row: [string, Row[string]][] = [];
  for (const { name, type, isOptional } of columns) {
    if (!given.has(name)) {
      if (isOptional) continue;
      throw perennialError('PER_SERVE_008', `Row ${i} has no feature '${name}'.`);
    }
    const read = readCell(type, given.get(name));
    if (!read.ok) throw perennialError('PER_SERVE_010', `Row ${i}: the feature '${name}' ${read.why}.`);
    row.push([name, read.cell]);
    given.delete(name);
  }
  const [unknown] = given.keys();
  if (unknown !== undefined)
    throw perennialError('PER_SERVE_009', `Row ${i} has the unknown feature '${unknown.slice(0, 100)}'.`);
  return Object.fromEntries(row);
}
