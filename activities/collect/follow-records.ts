const [FEED, RETURN, SPACE] = [0x0a, 0x0d, 0x20];
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** Where the first and the last record end that end in a piece of text; -1: none does. */
export interface Ends {
  readonly first: number;
  readonly last: number;
}

/**
 * Follows the records of a text in UTF-8, which comes in pieces. A quote opens where a value begins and nowhere else, as DuckDB
 * has it: `6" pipe` has none. Doubled, it stands for itself.
 *
 * @example
 * const endsIn = followRecords({ delimiter: ',', quote: '"' });
 * endsIn(Buffer.from('a,"b\n')); // { first: -1, last: -1 }
 * endsIn(Buffer.from('c"\nd,e\nf')); // { first: 2, last: 6 }
 */
export function followRecords(how: { readonly delimiter: string; readonly quote: string }): (piece: Buffer) => Ends {
  const quote = Buffer.from(how.quote).at(-1) ?? 0;
  const delimiter = Buffer.from(how.delimiter).at(-1) ?? 0;
  let isQuoted = false;
  let isClosing = false;
  let lastByte: number | undefined = FEED;
  let byteBefore: number | undefined = FEED;
  let isBegun = false;

  const isBefore = (byte: number | undefined): boolean => byte === delimiter || byte === FEED || byte === RETURN;

  /** Whether a value begins there. One space before it DuckDB passes over, two it does not. */
  function opensAt(piece: Buffer, at: number): boolean {
    const [near, far] = [piece[at - 1] ?? carried(at - 1), piece[at - 2] ?? carried(at - 2)];
    return isBefore(near) || (near === SPACE && isBefore(far));
  }

  /** A byte of the piece before. */
  function carried(at: number): number | undefined {
    return at === -1 ? lastByte : byteBefore;
  }

  function byQuotes(piece: Buffer): Ends {
    let [first, last] = [-1, -1];
    let closed = isClosing ? -1 : -2;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at];
      if (byte === quote) {
        if (isQuoted) closed = at;
        isQuoted = !isQuoted && (closed === at - 1 || opensAt(piece, at));
      } else if (!isQuoted && (byte === FEED || byte === RETURN)) {
        if (first === -1) first = at;
        last = at;
      }
    }
    isClosing = !isQuoted && closed === piece.length - 1;
    return { first, last };
  }

  return (piece) => {
    const from = !isBegun && piece.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? 3 : 0;
    isBegun = true;
    const text = piece.subarray(from);
    if (text.length === 0) return { first: -1, last: -1 };
    let ends: Ends;
    if (text.includes(quote)) ends = byQuotes(text);
    else {
      isClosing = false;
      ends = isQuoted ? { first: -1, last: -1 } : { first: lineEnd(text), last: lastLineEnd(text) };
    }
    [byteBefore, lastByte] = [text.at(-2) ?? lastByte, text.at(-1)];
    const shifted = (end: number): number => (end === -1 ? -1 : end + from);
    return { first: shifted(ends.first), last: shifted(ends.last) };
  };
}

/** Where the first line ends; -1 where none does. */
export function lineEnd(text: Buffer): number {
  const feed = text.indexOf(FEED);
  const back = (feed === -1 ? text : text.subarray(0, feed)).indexOf(RETURN);
  return back === -1 ? feed : back;
}

function lastLineEnd(text: Buffer): number {
  const feed = text.lastIndexOf(FEED);
  const back = text.subarray(feed + 1).lastIndexOf(RETURN);
  return back === -1 ? feed : feed + 1 + back;
}
