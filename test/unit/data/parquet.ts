import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isPerennialError, type PerennialError } from '../../../core/errors';
import { type Duckdb, withDuckdb } from '../../../activities/data/duckdb';
import type { Work } from '../../../activities/data/work';

/** A folder of its own for a test file, removed after its tests; a way to write Parquet into it and to read it back. */
export interface Bench {
  readonly work: Work;
  /** Writes the rows of a query and returns the file's path. */
  readonly write: (name: string, select: string) => Promise<string>;
  /** Writes rows of given columns (names to SQL types); undefined and null are null. */
  readonly writeRows: (
    name: string,
    columns: Readonly<Record<string, string>>,
    rows: readonly object[],
  ) => Promise<string>;
  /** All rows of a file, in order. */
  readonly read: (path: string) => Promise<unknown[]>;
}

export function bench(): Bench {
  // What takes 50 ms on an idle machine can take seconds beside other work.
  jest.setTimeout(60_000);
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'perennial-test-'));
  const work = { scratch, signal: new AbortController().signal, threads: 2 };
  const own = ownDatabase(work);
  afterAll(async () => {
    await own.close();
    rmSync(scratch, { recursive: true, force: true });
  });
  return {
    work,
    async write(name, select) {
      const path = join(scratch, name);
      await (await own.open()).writeParquet(select, path);
      return path;
    },
    async writeRows(name, columns, rows) {
      const path = join(scratch, name);
      const fields = Object.keys(columns).map((c) => `r->>'${c}' AS "${c}"`);
      const typed = Object.entries(columns).map(([c, type]) => `"${c}"::${type} AS "${c}"`);
      const items = `SELECT unnest(json_extract($json::JSON, '$[*]')) AS r`;
      const select = `SELECT ${typed.join(', ')} FROM (SELECT ${fields.join(', ')} FROM (${items}))`;
      const json = JSON.stringify(rows);
      await (await own.open()).writeParquet(select, path, { json });
      return path;
    },
    async read(path) {
      const query = (duck: Duckdb) => duck.rows(z.unknown(), 'SELECT * FROM read_parquet($path)', { path });
      const isInside = path.startsWith(`${scratch}/`);
      return isInside ? query(await own.open()) : withDuckdb({ ...work, reads: [path] }, query);
    },
  };
}

/**
 * One database for what a test file itself writes and reads: to open one and close it costs 30 ms, several times what is
 * done in it. What is tested opens its own, as it always does.
 */
function ownDatabase(work: Work): { open(): Promise<Duckdb>; close(): Promise<void> } {
  let opened: Promise<Duckdb> | undefined;
  let closed: Promise<void> = Promise.resolve();
  let end = (): void => undefined;
  return {
    open: () =>
      (opened ??= new Promise((resolve, reject) => {
        closed = withDuckdb({ ...work, reads: [] }, (duck) => {
          resolve(duck);
          return new Promise<void>((done) => {
            end = done;
          });
        }).catch(reject);
      })),
    async close() {
      end();
      await closed;
    },
  };
}

/** The engine's error that a promise rejects with; fails when it does not reject, or with another error. */
export async function rejection(promise: Promise<unknown>): Promise<PerennialError> {
  const error: unknown = await promise.then(
    () => {
      throw new Error('it did not reject');
    },
    (e: unknown) => e,
  );
  if (!isPerennialError(error)) throw error;
  return error;
}

/** Expects a promise to reject with the engine's error of a code, whose message names each of the things. */
export async function refused(promise: Promise<unknown>, code: string, ...named: string[]): Promise<void> {
  const error = await rejection(promise);
  expect(error.code).toBe(code);
  for (const thing of named) expect(error.message).toContain(thing);
}
