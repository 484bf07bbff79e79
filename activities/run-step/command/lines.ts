import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { type Mask, NO_MASK } from '../resources';

/** Longest line that is handed on whole, characters; the rest of a longer one is left out. */
export const LONGEST_LINE = 16_384;

/**
 * Hands on what a stream says, line by line. However much it says without an end of line, no more than one is kept.
 *
 * @param mask takes the values of resources out of a line that is cut: of half a value nobody could tell what it is
 */
export function eachLine(stream: Readable, take: (line: string) => void, mask: Mask = NO_MASK): void {
  const most = LONGEST_LINE + mask.reach + 1;
  const decoder = new StringDecoder('utf8');
  let line = '';

  function add(text: string): void {
    line += text.slice(0, most - line.length);
  }

  function end(): void {
    const whole = line.length > LONGEST_LINE ? `${mask.head(line, LONGEST_LINE)} […]` : line.replace(/\r$/, '');
    line = '';
    if (whole !== '') take(whole);
  }

  function read(text: string): void {
    const [first = '', ...rest] = text.split('\n');
    add(first);
    for (const next of rest) {
      end();
      add(next);
    }
  }

  stream.on('data', (chunk: Buffer) => {
    read(decoder.write(chunk));
  });
  stream.once('close', () => {
    read(decoder.end());
    end();
  });
}
