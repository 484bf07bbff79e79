/** A text as somebody reads it who undoes some of its escapes. */
export interface Reading {
  readonly text: string;
  /** Where the reading's first `at` characters end in the text itself. */
  readonly placeOf: (at: number) => number;
}

/** Most readings of one text; those that undo the fewest encodings come first. */
const MOST = 16;

/**
 * A text as it stands, and with the escapes of JSON and of URLs undone: each writer escapes other characters (`ü`, `/`, `'`, a space),
 * and JSON stands within JSON within the line of a log. Only what has escapes has more than one reading.
 */
export function* readingsOf(text: string): Generator<Reading> {
  const found: Reading[] = [{ text, placeOf: (at) => at }];
  const texts = new Set([text]);
  for (let k = 0; k < found.length; k += 1) {
    const reading = found[k];
    if (reading === undefined) return;
    yield reading;
    for (const undo of [withoutBackslashes, withoutPercents]) {
      const next = found.length < MOST ? undo(reading) : null;
      if (next === null || texts.has(next.text)) continue;
      texts.add(next.text);
      found.push(next);
    }
  }
}

/** Escapes of JSON, and those that languages have beside them. */
const BACKSLASHES = /\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|["'\\/bfnrt])/g;
const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function withoutBackslashes(reading: Reading): Reading | null {
  if (!reading.text.includes('\\')) return null;
  return undone(reading, BACKSLASHES, (written) => {
    const code = written.slice(2);
    const meant = code === '' ? written.slice(1) : String.fromCharCode(Number.parseInt(code, 16));
    return [{ written: written.length, meant: code === '' ? (CONTROLS[meant] ?? meant) : meant }];
  });
}

function withoutPercents(reading: Reading): Reading | null {
  if (!reading.text.includes('%')) return null;
  return undone(reading, /(?:%[0-9a-f]{2})+/gi, (written) => {
    const bytes = Buffer.from(written.replaceAll('%', ''), 'hex');
    const meant: Meant[] = [];
    for (let at = 0; at < bytes.length;) {
      const length = Math.min(lengthOf(bytes[at] ?? 0), bytes.length - at);
      meant.push({ written: length * 3, meant: bytes.toString('utf8', at, at + length) });
      at += length;
    }
    return meant;
  });
}

/** Bytes of the character in UTF-8 that begins so. */
function lengthOf(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

/** So many characters as they are written, and what they mean. */
interface Meant {
  readonly written: number;
  readonly meant: string;
}

/** How far a reading and the one that it is made from have come, before or after an escape. */
interface Mark {
  readonly now: number;
  readonly before: number;
}

const START: Mark = { now: 0, before: 0 };

/** The reading with its escapes replaced by what they mean; null: it has none. */
function undone(reading: Reading, escapes: RegExp, meaning: (written: string) => readonly Meant[]): Reading | null {
  const parts: string[] = [];
  const marks = [START];
  let [now, before] = [0, 0];
  for (const { 0: written, index } of reading.text.matchAll(escapes)) {
    parts.push(reading.text.slice(before, index));
    now += index - before;
    before = index;
    marks.push({ now, before });
    for (const one of meaning(written)) {
      parts.push(one.meant);
      now += one.meant.length;
      before += one.written;
      marks.push({ now, before });
    }
  }
  if (marks.length === 1) return null;
  parts.push(reading.text.slice(before));
  return {
    text: parts.join(''),
    placeOf(at) {
      const mark = lastUpTo(marks, at);
      return reading.placeOf(mark.before + at - mark.now);
    },
  };
}

/** The last mark that the new reading has come to at a place, by halving. */
function lastUpTo(marks: readonly Mark[], at: number): Mark {
  let [low, high] = [0, marks.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((marks[middle]?.now ?? Infinity) <= at) low = middle;
    else high = middle - 1;
  }
  return marks[low] ?? START;
}
