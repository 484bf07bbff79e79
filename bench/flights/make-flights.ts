import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withDuckdb } from '../../activities/data/duckdb';
import { packageRoot } from '../../workers/package-root';
import { exists } from '../peers';

/** Copies of the flights, three million rows each. */
export type Copies = 1 | 10;

const FLIGHTS = join(packageRoot(), 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');

/** The flights with an id and a fare. Of ten copies each has ids of its own, and other delays. */
const base = (copies: Copies): string => `
  SELECT (f.file_row_number + 3000000 * c.copy)::BIGINT AS id, f.date,
    (f.delay + CASE WHEN c.copy = 0 THEN 0 ELSE (f.file_row_number * 31 + c.copy) % 7 - 3 END)::SMALLINT AS delay,
    f.distance, f.origin, f.destination,
    f.distance * 0.11 + ((f.file_row_number * 7919) % 10007) / 100 AS fare
  FROM range(${copies}) c(copy), read_parquet($path, file_row_number = true) f`;

/**
 * What goes wrong with exports: dates as text, one in a thousand of them none and one no date; airports in lower case between
 * blanks, and some that are none; distances below zero; and one row in a hundred twice, the second one later on.
 */
const dirty = (copies: Copies): string => `
  WITH base AS (${base(copies)})
  SELECT id,
    CASE id % 1000 WHEN 17 THEN 'tomorrow' WHEN 31 THEN NULL ELSE strftime(date, '%Y-%m-%d %H:%M:%S') END AS date,
    delay, CASE WHEN id % 2000 = 71 THEN -distance ELSE distance END AS distance,
    CASE WHEN id % 50 = 3 THEN ' ' || lower(origin) || ' ' ELSE origin END AS origin,
    CASE WHEN id % 1000 = 53 THEN '??' ELSE destination END AS destination, fare
  FROM (SELECT *, 0 AS again FROM base UNION ALL SELECT *, 1 FROM base WHERE id % 100 = 0)`;

/**
 * The flights as a file to measure with, made once: `base` as they are, `dirty` with what goes wrong. The order of rows is
 * fixed by (again, id), so that every process reads the same bytes.
 */
export async function makeFlights(kind: 'base' | 'dirty', copies: Copies): Promise<string> {
  const folder = join(packageRoot(), '.perennial', 'bench');
  const file = join(folder, `flights-${kind}-${3 * copies}m.parquet`);
  if (await exists(file)) return file;
  const scratch = `${file}.making`;
  await mkdir(scratch, { recursive: true });
  const signal = new AbortController().signal;
  await withDuckdb({ scratch, reads: [FLIGHTS], signal, memoryLimit: '4GB' }, (duck) =>
    duck.writeParquet((kind === 'base' ? base : dirty)(copies), join(scratch, 'flights.parquet'), { path: FLIGHTS }),
  );
  await rename(join(scratch, 'flights.parquet'), file);
  await rm(scratch, { recursive: true });
  return file;
}
