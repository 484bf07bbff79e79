import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

/** Longest line that is handed on whole, characters; the rest of a longer one is left out. */
export const LONGEST_LINE = 16_384;

/** Hands on what a stream says, line by line. However much it says without an end of line, no more than one is kept. */
export function eachLine(stream: Readable, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let cut = false;

  function add(text: string): void {
    const room = LONGEST_LINE - line.length;
    cut ||= text.length > room;
    line += text.slice(0, room);
  }

  function end(): void {
    const whole = cut ? `${line} […]` : line.replace(/\r$/, '');
    line = '';
    cut = false;
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
