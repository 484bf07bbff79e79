import { createReadStream, createWriteStream } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { FoundFile, FoundSource } from './find-source';

const GZIP = /\.gz$/i;
const OTHERWISE = /\.(zst|zip|bz2|xz|lz4|br|7z)$/i;

/** What of work is needed to make files plain. */
export interface Plainly {
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/**
 * The files of a source as DuckDB can be trusted with them. Text in gzip is unpacked here: DuckDB takes one that was cut short
 * for a whole one. And a file whose name looks like a pattern is read by another name: DuckDB takes every path for one.
 *
 * @throws PER_DATA_028 for what is damaged, or compressed otherwise
 */
export async function plainFiles(source: FoundSource, work: Plainly): Promise<FoundSource> {
  const isText = source.format.kind !== 'parquet';
  const [first, ...rest] = source.files;
  const plain: [FoundFile, ...FoundFile[]] = [await plainly(first, 0)];
  for (const [index, file] of rest.entries()) plain.push(await plainly(file, index + 1));
  return { ...source, files: plain };

  async function plainly(file: FoundFile, index: number): Promise<FoundFile> {
    const path = join(work.scratch, `source-${index}`);
    if (isText && OTHERWISE.test(file.name)) {
      throw perennialError('PER_DATA_028', `${file.name} is compressed in another way than gzip.`);
    }
    if (isText && GZIP.test(file.name)) await unpack(file, path, work.signal);
    else if (/[*?[\]{}]/.test(file.path)) await symlink(file.path, path);
    else return file;
    return { name: file.name, path };
  }
}

const Faulty = z.object({ code: z.enum(['Z_DATA_ERROR', 'Z_BUF_ERROR']) });

async function unpack({ name, path }: FoundFile, to: string, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(to), { signal });
  } catch (cause) {
    signal.throwIfAborted();
    if (!Faulty.safeParse(cause).success) throw cause;
    throw perennialError('PER_DATA_028', `${name} (${path}) cannot be unpacked.`, { cause });
  }
}
