import { createReadStream, createWriteStream } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { fullDisk } from '../../core/full-disk';
import type { FoundFile, FoundSource } from './find-source';

const GZIP = /\.gz$/i;
const OTHERWISE = /\.(zst|zip|bz2|xz|lz4|br|7z)$/i;

/** Bytes that a file in gzip may unpack to, where its format does not say: a small one can fill any disk. */
const MOST_UNPACKED = 64 * 1024 ** 3;

/** What of work is needed to make files plain. */
export interface Plainly {
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/**
 * The files of a source as DuckDB can be trusted with them. Text in gzip is unpacked here: DuckDB takes one that was cut short
 * for a whole one. And a file whose name looks like a pattern is read by another name: DuckDB takes every path for one.
 *
 * @throws PER_DATA_028 for what is damaged, or compressed otherwise; PER_DATA_056 for what unpacks to too much
 */
export async function plainFiles(source: FoundSource, work: Plainly): Promise<FoundSource> {
  const { format } = source;
  const isText = format.kind !== 'parquet';
  const most = (isText ? format.maxUnpacked : undefined) ?? MOST_UNPACKED;
  const [first, ...rest] = source.files;
  const plain: [FoundFile, ...FoundFile[]] = [await plainly(first, 0)];
  for (const [index, file] of rest.entries()) plain.push(await plainly(file, index + 1));
  return { ...source, files: plain };

  async function plainly(file: FoundFile, index: number): Promise<FoundFile> {
    const path = join(work.scratch, `source-${index}`);
    if (isText && OTHERWISE.test(file.name)) {
      throw perennialError('PER_DATA_028', `${file.name} is compressed in another way than gzip.`);
    }
    if (isText && GZIP.test(file.name)) await unpack(file, path, most, work.signal);
    else if (/[*?[\]{}]/.test(file.path)) await symlink(file.path, path);
    else return file;
    return { name: file.name, path };
  }
}

const Faulty = z.object({ code: z.enum(['Z_DATA_ERROR', 'Z_BUF_ERROR']) });

async function unpack({ name, path }: FoundFile, to: string, most: number, signal: AbortSignal): Promise<void> {
  let bytes = 0;
  async function* counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > most) throw perennialError('PER_DATA_056', `${name} unpacks to more than ${most} bytes.`);
      yield chunk;
    }
  }
  try {
    await pipeline(createReadStream(path), createGunzip(), counted, createWriteStream(to), { signal });
  } catch (cause) {
    signal.throwIfAborted();
    if (!Faulty.safeParse(cause).success) throw fullDisk(cause, `${name}, unpacked`) ?? cause;
    throw perennialError('PER_DATA_028', `${name} (${path}) cannot be unpacked.`, { cause });
  }
}
