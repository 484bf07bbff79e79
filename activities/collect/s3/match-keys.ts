/** A part of a pattern: what one step through a key may be. */
type Part =
  | { readonly kind: 'letter'; readonly letter: string }
  /** `?`: one letter, no slash. */
  | { readonly kind: 'any' }
  /** `[ab]`, `[a-z]`, `[!a]`: one letter, no slash. */
  | { readonly kind: 'class'; readonly not: boolean; readonly ranges: readonly (readonly [string, string])[] }
  /** `*`: letters without a slash. */
  | { readonly kind: 'star' }
  /** A folder called `**`: any number of folders; at the end, whatever is in them. */
  | { readonly kind: 'folders'; readonly last: boolean };

/** True for a text that may stand for several keys. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** What all keys begin with that a pattern matches. */
export function prefixOf(pattern: string): string {
  const wild = pattern.search(/[*?[]/);
  return wild < 0 ? pattern : pattern.slice(0, wild);
}

/**
 * Makes what tells whether a pattern matches a key, as patterns of files do. It walks along the key once with all places
 * of the pattern that it may be at: no pattern makes it slow, as a regular expression of many stars would be.
 */
export function matcherOf(pattern: string): (key: string) => boolean {
  const parts = partsOf(pattern);
  return (key) => {
    let places = reached(parts, [0], true);
    let begins = true;
    for (const letter of key) {
      const next: number[] = [];
      for (const place of places) {
        const part = parts[place];
        if (part === undefined) continue;
        if (part.kind === 'star' || part.kind === 'folders') {
          if (part.kind === 'folders' || letter !== '/') next.push(place);
        } else if (fits(part, letter)) next.push(place + 1);
      }
      begins = letter === '/';
      places = reached(parts, next, begins);
      if (places.length === 0) return false;
    }
    return places.includes(parts.length);
  };
}

/** The places with those that are reached without a letter; a run of folders ends where a name begins. */
function reached(parts: readonly Part[], places: readonly number[], begins: boolean): number[] {
  const all = new Set<number>();
  for (const place of places) {
    for (let at = place; !all.has(at); at += 1) {
      all.add(at);
      const part = parts[at];
      const isPassed = part?.kind === 'star' || (part?.kind === 'folders' && (part.last || begins));
      if (!isPassed) break;
    }
  }
  return [...all];
}

function fits(part: Exclude<Part, { kind: 'star' | 'folders' }>, letter: string): boolean {
  if (part.kind === 'letter') return part.letter === letter;
  if (letter === '/') return false;
  if (part.kind === 'any') return true;
  return part.ranges.some(([from, to]) => from <= letter && letter <= to) !== part.not;
}

function partsOf(pattern: string): Part[] {
  const folders = pattern.split('/');
  return folders.flatMap((folder, index): Part[] => {
    const last = index === folders.length - 1;
    if (folder === '**') return [{ kind: 'folders', last }];
    const parts = partsOfName(Array.from(folder));
    return last ? parts : [...parts, { kind: 'letter', letter: '/' }];
  });
}

function partsOfName(letters: readonly string[]): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] ?? '';
    const close = letter === '[' ? letters.indexOf(']', at + (letters[at + 1] === '!' ? 3 : 2)) : -1;
    if (letter === '*') {
      if (parts.at(-1)?.kind !== 'star') parts.push({ kind: 'star' });
    } else if (letter === '?') parts.push({ kind: 'any' });
    else if (close > 0) {
      parts.push(classOf(letters.slice(at + 1, close)));
      at = close;
    } else parts.push({ kind: 'letter', letter });
  }
  return parts;
}

function classOf(letters: readonly string[]): Part {
  const not = letters[0] === '!';
  const ranges: (readonly [string, string])[] = [];
  for (let at = not ? 1 : 0; at < letters.length; at += 1) {
    const from = letters[at] ?? '';
    const to = letters[at + 2];
    const isRange = letters[at + 1] === '-' && to !== undefined;
    ranges.push([from, isRange ? to : from]);
    if (isRange) at += 2;
  }
  return { kind: 'class', not, ranges };
}
