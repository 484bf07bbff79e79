import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { perennialError } from '../../core/errors';
import type { FoundFile } from './find-source';

const NEWLINE = 0x0a;

/**
 * Refuses a text file with a line of more bytes than DuckDB holds at a time. It notes a line above its limit as rejected,
 * but one that fills all its buffers it passes over without a word, with what follows. A file that is no larger cannot
 * have one, and is not looked at.
 *
 * @param most bytes that DuckDB surely notes
 * @throws PER_DATA_024
 */
export async function refuseEndlessLine({ name, path }: FoundFile, most: number): Promise<void> {
  if ((await stat(path)).size <= most) return;
  let [line, length] = [1, 0];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      if (length + at - from > most) break;
      line += 1;
      length = 0;
      from = at + 1;
    }
    length += chunk.length - from;
    if (length > most) throw perennialError('PER_DATA_024', `Line ${line} of ${name} is too long.`);
  }
}
