import { availableParallelism } from 'node:os';
import type { DuckDBConnection, DuckDBValue, JS } from '@duckdb/node-api';
import { z } from 'zod';
import { isPerennialError, perennialError } from '../../core/errors';
import { fullDisk } from '../../core/full-disk';
import { duckdbLibrary } from './duckdb-library';
import { type DuckdbReach, withConnection } from './open';

/** A value bound to a parameter. Whole numbers travel as integers, others as doubles: cast in SQL where it matters. */
export type SqlValue = null | boolean | number | string | readonly string[] | readonly number[];
/** Values by the name of their parameter (`$name`). A name that the statement does not use is an error. */
export type SqlValues = Readonly<Record<string, SqlValue>>;

/** An embedded database of its own, gone when the work is done. Queries run on its own threads: the event loop stays free. */
export interface Duckdb {
  /** Runs a statement for its effect. */
  run(sql: string, values?: SqlValues): Promise<void>;
  /** All rows of a query. Integers come as numbers. */
  rows<T>(row: z.ZodType<T>, sql: string, values?: SqlValues): Promise<T[]>;
  /** The one row of a query. */
  row<T>(row: z.ZodType<T>, sql: string, values?: SqlValues): Promise<T>;
  /** The rows of a query in batches of some 2,000, so that a large answer never lies in memory whole. */
  batches<T>(row: z.ZodType<T>, sql: string, values?: SqlValues): AsyncIterable<T[]>;
  /** Writes a query's rows to a Parquet file in the scratch folder. Same rows in the same order: same bytes. */
  writeParquet(select: string, to: string, values?: SqlValues): Promise<void>;
  /** The same for rows that only the statements after it read: larger by far, and written at half the cost. */
  writePassing(select: string, to: string, values?: SqlValues): Promise<void>;
}

export interface DuckdbOptions extends Omit<DuckdbReach, 'threads'> {
  readonly scratch: string;
  /** Interrupts the statement that runs. */
  readonly signal: AbortSignal;
  /** Two at least. */
  readonly threads?: number;
}

/** Opens a database in memory, does the work, and closes it ({@link withConnection}). */
export async function withDuckdb<T>(options: DuckdbOptions, work: (duck: Duckdb) => Promise<T>): Promise<T> {
  const { signal } = options;
  signal.throwIfAborted();
  // With one thread DuckDB cuts rows that were filtered into other row groups: the same rows would be other bytes.
  const threads = Math.max(2, options.threads ?? Math.min(4, availableParallelism()));
  return withConnection({ ...options, threads }, async (connection) => {
    const stop = interruptOn(signal, connection);
    try {
      return await work(over(connection, signal));
    } finally {
      stop();
    }
  });
}

/** An interrupt that comes just before a statement begins is lost: so it is sent until the work has ended. */
function interruptOn(signal: AbortSignal, connection: DuckDBConnection): () => void {
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    timer ??= setInterval(() => {
      connection.interrupt();
    }, 20);
  };
  signal.addEventListener('abort', interrupt);
  return () => {
    signal.removeEventListener('abort', interrupt);
    clearInterval(timer);
  };
}

function over(connection: DuckDBConnection, signal: AbortSignal): Duckdb {
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw named(error);
    }
  }
  async function rows<T>(row: z.ZodType<T>, sql: string, values: SqlValues = {}): Promise<T[]> {
    const found = await guarded(async () => (await connection.runAndReadAll(sql, bound(values))).getRowObjectsJS());
    return z.array(row).parse(found.map(plain));
  }
  function write(select: string, to: string, values: SqlValues, form: string): Promise<void> {
    return guarded(async () => {
      const options = `FORMAT parquet, ROW_GROUP_SIZE 122880, ${form}`;
      await connection.run(`COPY (${select}) TO $written_to (${options})`, bound({ ...values, written_to: to }));
    });
  }
  return {
    rows,
    run: (sql, values = {}) =>
      guarded(async () => {
        await connection.run(sql, bound(values));
      }),
    async row(row, sql, values) {
      return z.tuple([row]).parse(await rows(row, sql, values))[0];
    },
    async *batches(row, sql, values = {}) {
      const list = z.array(row);
      const result = await guarded(async () => connection.stream(sql, bound(values)));
      const batches = result.yieldRowObjectJs();
      for (;;) {
        const next = await guarded(() => batches.next());
        if (next.done === true) return;
        yield list.parse(next.value.map(plain));
      }
    },
    // More than so many values in a row group are no categories: DuckDB's own limit, a fifth of the rows, and zstd's level 3
    // were measured at 1.7 times the cost for the same size.
    writeParquet: (select, to, values = {}) =>
      write(select, to, values, 'COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 4096'),
    // A dictionary that may have one entry is none: looking for one was measured at a third of the cost.
    writePassing: (select, to, values = {}) =>
      write(select, to, values, 'COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1'),
  };
}

function bound(values: SqlValues): Record<string, DuckDBValue> {
  const { listValue } = duckdbLibrary();
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isList(value) ? listValue([...value]) : value]),
  );
}

function isList(value: SqlValue): value is readonly string[] | readonly number[] {
  return Array.isArray(value);
}

/** Integers as numbers: counts fit for ever, and what does not fit must not be rounded in silence. */
function plain(row: Record<string, JS>): Record<string, JS> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, unwrapped(value)]));
}

function unwrapped(value: JS): JS {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} does not fit a number: cast it to text in SQL`);
  return number;
}

const Thrown = z.object({ message: z.string() });

/** The addon's errors by their text: they are of another realm at times, and have no class of their own. */
function named(error: unknown): unknown {
  const thrown = Thrown.safeParse(error);
  if (isPerennialError(error) || !thrown.success) return error;
  const full = fullDisk(error, 'what a query writes');
  if (full !== null) return full;
  const text = thrown.data.message.split('\n')[0] ?? '';
  const code = /^Out of Memory/i.test(text) ? 'PER_DATA_010' : 'PER_DATA_011';
  return perennialError(code, `DuckDB: ${text}.`, { cause: error });
}
