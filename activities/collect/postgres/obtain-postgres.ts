import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { perennialError } from '../../../core/errors';
import { PostgresConnection, type PostgresSource } from '../../../steps/sources';
import type { Obtained, Obtaining } from '../obtain';
import { type Cells, queryRows } from './query-rows';

/**
 * Writes the rows of a query to a file of CSV, each value as Postgres writes it.
 *
 * @throws PER_RUN_060 PER_RUN_061, and what {@link queryRows} does
 */
export async function obtainPostgres(source: PostgresSource, obtaining: Obtaining): Promise<Obtained> {
  const { ctx, scratch, wanted } = obtaining;
  const { resource, query } = source;
  const connection = connectionOf(ctx.given(resource), resource);
  const name = `${resource}/query-${createHash('sha256').update(query).digest('hex').slice(0, 12)}`;
  const path = join(scratch, 'queried.csv');
  const file = await open(path, 'w');
  let rows = 0;
  let bytes = 0;
  try {
    await queryRows({ connection, query, wanted, name, signal: ctx.signal }, async (portion) => {
      const text = Buffer.from(portion.map(line).join(''));
      await file.writeFile(text);
      rows += portion.length;
      bytes += text.length;
      ctx.progress({ doing: 'querying', source: name, rows });
    });
  } finally {
    await file.close();
  }
  if (rows === 0) throw nothingThere(name, obtaining);
  const names = Object.keys(wanted.columns);
  const format = { kind: 'csv', delimiter: ',', names } as const;
  return {
    found: { name, files: [{ name, path }], format, quotedIsText: true },
    files: [{ name, bytes, sha256: null, etag: null }],
  };
}

function line(cells: Cells): string {
  const written = cells.map((cell) => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`));
  return `${written.join(',')}\n`;
}

function nothingThere(name: string, { wanted }: Obtaining): Error {
  const { window, after } = wanted;
  const inside = `[${window.from}, ${window.to})`;
  if (after === undefined) return perennialError('PER_DATA_005', `No row of ${name} lies in ${inside}.`);
  return perennialError('PER_DATA_043', `${name} has nothing in ${inside} that is newer than ${after}.`);
}

function connectionOf(given: unknown, resource: string): PostgresConnection {
  if (given === undefined) throw perennialError('PER_RUN_060', `The resource '${resource}' has no value here.`);
  const parsed = PostgresConnection.safeParse(given);
  if (parsed.success) return parsed.data;
  // Places alone: what zod says may hold a value.
  const places = parsed.error.issues.map((issue) => issue.path.map(String).join('.') || 'the whole').join(', ');
  throw perennialError('PER_RUN_061', `The resource '${resource}' is no connection to Postgres: ${places}.`);
}
