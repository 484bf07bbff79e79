import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { perennialError, type PerennialError } from '../../core/errors';
import type { Csv } from '../../steps/sources';
import type { FoundFile } from './find-source';
import { followRecords, lineEnd } from './follow-records';

/** What is read at a time. A record that lies within it is shorter than any limit. */
const CHUNK = 1 << 20;

/** How a text file is looked through. */
export interface Looking {
  /** Bytes of a record at most, in UTF-8. */
  readonly most: number;
  readonly encoding: Csv['encoding'];
  readonly signal: AbortSignal;
}

/** And how its records are told apart. */
export interface Telling extends Looking {
  readonly delimiter: string;
  readonly quote: string;
}

/**
 * Refuses a file whose first line is longer than a record may be.
 *
 * @throws PER_DATA_024
 */
export async function refuseEndlessHeader(file: FoundFile, looking: Looking): Promise<void> {
  if (await isShort(file, looking)) return;
  let length = 0;
  for await (const chunk of chunksOf(file, looking)) {
    const end = lineEnd(chunk);
    if (length + (end === -1 ? chunk.length : end) > looking.most) throw tooLong(file, 1);
    if (end !== -1) return;
    length += chunk.length;
  }
}

/**
 * Refuses a file with a record, which quotes may stretch over many lines, that is longer than one may be. DuckDB notes most of
 * these as rejected; of others it takes the lines for rows, or passes over what follows, without a word. A file that is no
 * larger than a record may be is not looked at.
 *
 * @throws PER_DATA_024
 */
export async function refuseEndlessRecord(file: FoundFile, telling: Telling): Promise<void> {
  if (await isShort(file, telling)) return;
  const endsIn = followRecords(telling);
  // Of the record that has begun: how much of it has come, and how much came before it.
  let [length, start] = [0, 0];
  for await (const chunk of chunksOf(file, telling)) {
    const { first, last } = endsIn(chunk);
    length += first === -1 ? chunk.length : first;
    if (length > telling.most) throw tooLong(file, await lineAt(file, start, telling));
    if (last === -1) continue;
    start += length - first + last + 1;
    length = chunk.length - last - 1;
  }
}

async function isShort({ path }: FoundFile, { most, encoding = 'utf-8' }: Looking): Promise<boolean> {
  // In UTF-8 a letter of Latin-1 may be two bytes, and two bytes of UTF-16 may be three.
  return (await stat(path)).size * (encoding === 'utf-8' ? 1 : 2) <= most;
}

/** The file's text in UTF-8. */
async function* chunksOf({ path }: FoundFile, { encoding, signal }: Looking): AsyncGenerator<Buffer> {
  const node = { 'utf-8': undefined, 'utf-16': 'utf16le', 'latin-1': 'latin1' } as const;
  const how = { highWaterMark: CHUNK, encoding: node[encoding ?? 'utf-8'] };
  for await (const chunk of createReadStream(path, how) as AsyncIterable<Buffer | string>) {
    signal.throwIfAborted();
    yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
}

/** The number of the line that begins after so many bytes. */
async function lineAt(file: FoundFile, start: number, looking: Looking): Promise<number> {
  let [left, feeds, returns] = [start, 0, 0];
  for await (const chunk of chunksOf(file, looking)) {
    const before = chunk.subarray(0, left);
    feeds += countOf(before, 0x0a);
    returns += countOf(before, 0x0d);
    left -= before.length;
    if (left === 0) break;
  }
  return 1 + (feeds > 0 ? feeds : returns);
}

function countOf(chunk: Buffer, byte: number): number {
  let count = 0;
  for (let at = chunk.indexOf(byte); at !== -1; at = chunk.indexOf(byte, at + 1)) count += 1;
  return count;
}

function tooLong({ name }: FoundFile, line: number): PerennialError {
  return perennialError('PER_DATA_024', `Line ${line} of ${name} is too long, or begins a record that is.`);
}
