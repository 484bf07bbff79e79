import { DuckDBInstance, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import { z } from 'zod';
import { FeatureSpec, type Label } from '../../../steps/features';

const { imul } = Math;

/** One row as it lies in a data set: nothing about it is clean. */
export interface DirtyRow {
  /** Epoch microseconds. */
  readonly at: bigint | null;
  readonly distance: number | null;
  readonly fare: number | null;
  readonly origin: string | null;
  readonly carrier: string | null;
  readonly delay: number;
}

export const spec: FeatureSpec = FeatureSpec.parse({
  features: [
    { kind: 'calendar', name: 'minute', column: 'at', part: 'minute' },
    { kind: 'calendar', name: 'hour', column: 'at', part: 'hour' },
    { kind: 'calendar', name: 'day', column: 'at', part: 'day-of-week' },
    { kind: 'number', name: 'distance', column: 'distance' },
    { kind: 'number', name: 'fare', column: 'fare', clip: [-50.1, 400.3] },
    { kind: 'category', name: 'origin', column: 'origin' },
    { kind: 'category', name: 'carrier', column: 'carrier', normalise: [] },
  ],
});

export const label: Label = { column: 'delay', atLeast: 15 };

/** A seeded generator of numbers in [0, 1): the same rows in every run. (mulberry32) */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = imul(state ^ (state >>> 15), 1 | state);
    t = (t + imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const DAY_US = 86_400_000_000n;
const INSTANTS = [
  0n,
  -1n,
  -1_000n,
  999n,
  -DAY_US,
  -62_135_596_800_000_000n, // year 1
  253_402_300_799_999_999n, // end of year 9999
  951_782_400_000_000n, // 29 February 2000
  -58_060_800_000_000n + 123_456n, // a leap day before 1970
  978_307_199_999_999n, // the last microsecond of 2000
];
const NUMBERS = [NaN, Infinity, -Infinity, 0, -0, 1e300, -1e300, 1e-300, 3.4028234663852886e38, 16_777_217, 0.1, -1e9];
const ORIGINS = [
  'LAX',
  'lax',
  ' LAX ',
  'SFO',
  'Sfo\t',
  'ÅRE',
  'A\u030aRE',
  'åre',
  'São',
  'Sa\u0303o',
  '',
  '   ',
  'JFK\u00a0',
];
const UNSEEN = ['XXX', 'la x', 'ﬁj', '🛫', 'LAX\u200b', 'ÅRE ', 'None', 'NaN'];

/** Rows with nulls, odd instants, odd numbers and dirty categories; `unseen` spellings only where asked for. */
export function dirtyRows(count: number, seed: number, unseen: boolean): DirtyRow[] {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T | null => list[Math.floor(random() * list.length)] ?? null;
  const origins = unseen ? [...ORIGINS, ...UNSEEN] : ORIGINS;
  return Array.from({ length: count }, () => {
    const at = random() < 0.1 ? pick(INSTANTS) : BigInt(Math.floor((random() - 0.3) * 4e15));
    const distance = random() < 0.1 ? pick(NUMBERS) : random() * 3_000;
    const origin = random() < 0.08 ? null : pick(origins);
    const late = (origin ?? '').trim().toUpperCase() === 'LAX' ? 20 : 0;
    return {
      at: random() < 0.06 ? null : at,
      distance: random() < 0.06 ? null : distance,
      fare: random() < 0.1 ? pick(NUMBERS) : random() < 0.1 ? null : (random() - 0.2) * 800,
      origin,
      carrier: random() < 0.1 ? null : `c${Math.floor(random() * (unseen ? 330 : 300))}`,
      delay: late + random() * 20 - ((distance ?? 0) > 1_500 ? 10 : 0),
    };
  });
}

/** Epoch milliseconds of microseconds, rounded down. */
export function millis(us: bigint): bigint {
  return (us - (((us % 1000n) + 1000n) % 1000n)) / 1000n;
}

/** A row as a client would send it. */
export type JsonRow = Readonly<Record<string, unknown>>;

/**
 * The rows as clients would send them, through JSON text: instants as ISO text with and without an offset, with
 * microseconds, or as epoch milliseconds; what JSON has no form for (NaN, infinities) becomes null.
 */
export function asJson(rows: readonly DirtyRow[]): JsonRow[] {
  return rows.map(({ at, distance, fare, origin, carrier }, i) => {
    const text = JSON.stringify({ at: at === null ? null : instantAsSent(at, i), distance, fare, origin, carrier });
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  });
}

function instantAsSent(us: bigint, i: number): string | number {
  const ms = Number(millis(us));
  const rest = String(us - BigInt(ms) * 1000n).padStart(3, '0');
  const micros = new Date(ms).toISOString().replace('Z', rest);
  const inUtc = [ms, `${micros}Z`, micros][i % 4];
  // Five and a half hours ahead of UTC, where the year stays one of four digits.
  const ahead = new Date(ms + 19_800_000).toISOString().replace('Z', '+05:30');
  return inUtc ?? (ahead.startsWith('+') ? ms : ahead);
}

/** Whether serving refuses the row: a finite number that no 32-bit float can hold. */
export function isRefused({ distance, fare }: DirtyRow): boolean {
  return [distance, fare].some((n) => n !== null && Number.isFinite(n) && Math.abs(n) > 3.4028234663852886e38);
}

/** Writes rows to a Parquet file. */
export async function writeRows(path: string, rows: readonly DirtyRow[]): Promise<string> {
  return writeTable(
    path,
    '"at" TIMESTAMP, distance DOUBLE, fare DOUBLE, origin VARCHAR, carrier VARCHAR, delay DOUBLE',
    rows.map((r) => [
      r.at === null ? null : new DuckDBTimestampValue(r.at),
      r.distance,
      r.fare,
      r.origin,
      r.carrier,
      r.delay,
    ]),
  );
}

/** Writes a table with the columns of a SQL column list to a Parquet file, rows in their order. */
export async function writeTable(
  path: string,
  columns: string,
  rows: readonly (readonly DuckDBValue[])[],
): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE t (${columns})`);
  const appender = await connection.createAppender('t');
  for (const row of rows) {
    row.forEach((value, i) => {
      if (value === null) appender.appendNull();
      else appender.appendValue(value, appender.columnType(i));
    });
    appender.endRow();
  }
  appender.closeSync();
  await connection.run('COPY t TO $path (FORMAT parquet)', { path });
  connection.closeSync();
  instance.closeSync();
  return path;
}
