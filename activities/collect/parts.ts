import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { perennialError } from '../../core/errors';
import type { Columns } from '../../steps/collect';
import type { Duckdb } from '../data/duckdb';
import type { FoundFile, FoundSource } from './find-source';
import { partsOfParquet } from './parquet-parts';
import { stageCsv } from './stage-csv';
import { stageJson } from './stage-json';

/** What files are read into. */
export interface Reading {
  readonly scratch: string;
  readonly columns: Columns;
  readonly signal: AbortSignal;
}

/**
 * Makes Parquet files of a source's files, in their order, in which the declared columns can be read without a loss: a
 * Parquet file is one already, others are written into the scratch folder.
 *
 * @returns paths of Parquet files
 * @throws PER_DATA_020, and what reading each format does
 */
export async function partsOf(duck: Duckdb, source: FoundSource, reading: Reading): Promise<readonly string[]> {
  const { format, quotedIsText = false } = source;
  if (format.kind === 'parquet') return partsOfParquet(duck, source, reading);
  const parts: string[] = [];
  for (const [index, file] of source.files.entries()) {
    await refuseEmpty(file);
    const to = join(reading.scratch, `part-${String(index).padStart(5, '0')}.parquet`);
    const { columns, signal } = reading;
    if (format.kind === 'csv') await stageCsv(duck, { file, csv: format, to, quotedIsText, columns, signal });
    else await stageJson(duck, { file, json: format, to, columns });
    parts.push(to);
  }
  return parts;
}

async function refuseEmpty({ name, path }: FoundFile): Promise<void> {
  if ((await stat(path)).size === 0) throw perennialError('PER_DATA_020', `${name} (${path}) has no bytes.`);
}
