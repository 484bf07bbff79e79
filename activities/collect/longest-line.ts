import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { perennialError } from '../../core/errors';
import type { FoundFile } from './find-source';

const [FEED, RETURN] = [0x0a, 0x0d];

/** How a text file is looked through. */
export interface Looking {
  /** Bytes that DuckDB surely notes, more than are read at a time. */
  readonly most: number;
  readonly signal: AbortSignal;
}

/**
 * Refuses a text file with a line of more bytes than DuckDB holds at a time. It notes a line above its limit as rejected,
 * but one that fills all its buffers it passes over without a word, with what follows. A record that quotes stretch over many
 * lines it notes however long it is. A file that is no larger cannot have such a line, and is not looked at.
 *
 * @throws PER_DATA_024
 */
export async function refuseEndlessLine({ name, path }: FoundFile, { most, signal }: Looking): Promise<void> {
  if ((await stat(path)).size <= most) return;
  let [length, start] = [0, 0];
  for await (const chunk of chunksOf(path, signal)) {
    // A line that begins and ends in the chunk is short: only its first end and its last matter.
    const first = firstEnd(chunk);
    length += first === -1 ? chunk.length : first;
    if (length > most)
      throw perennialError('PER_DATA_024', `Line ${await lineAt(path, start, signal)} of ${name} is too long.`);
    if (first === -1) continue;
    const last = Math.max(chunk.lastIndexOf(FEED), chunk.lastIndexOf(RETURN));
    start += length - first + last + 1;
    length = chunk.length - last - 1;
  }
}

async function* chunksOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    signal.throwIfAborted();
    yield chunk;
  }
}

/** Where the first line ends, by a line feed or a carriage return; -1 where none does. */
function firstEnd(chunk: Buffer): number {
  const feed = chunk.indexOf(FEED);
  const back = (feed === -1 ? chunk : chunk.subarray(0, feed)).indexOf(RETURN);
  return back === -1 ? feed : back;
}

/** The number of the line that begins after so many bytes. */
async function lineAt(path: string, start: number, signal: AbortSignal): Promise<number> {
  let [left, feeds, returns] = [start, 0, 0];
  for await (const chunk of chunksOf(path, signal)) {
    const before = chunk.subarray(0, left);
    feeds += countOf(before, FEED);
    returns += countOf(before, RETURN);
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
