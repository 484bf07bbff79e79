import { canonicalJson, isList, isObject, type Json } from './json';

/** One place at which two values differ. */
export interface ValueDifference {
  /** A path: `window.to`, `seeds[2]`; the value as a whole is `(all of it)`. */
  readonly what: string;
  /** As JSON; null: it was not there. */
  readonly was: string | null;
  /** null: it is no longer there. */
  readonly is: string | null;
}

/**
 * The innermost places at which two values differ.
 *
 * @example
 * valueDifferences({ n: 1 }, { n: 2 }); // [{ what: 'n', was: '1', is: '2' }]
 */
export function valueDifferences(was: Json, is: Json, path = ''): ValueDifference[] {
  if (canonicalJson(was) === canonicalJson(is)) return [];
  if (isList(was) && isList(is)) {
    const places = Array.from({ length: Math.max(was.length, is.length) }, (_, at) => at);
    return places.flatMap((at) => partDifferences(was[at], is[at], `${path}[${at}]`));
  }
  if (isObject(was) && isObject(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
    return keys.flatMap((key) =>
      partDifferences(fieldOf(was, key), fieldOf(is, key), path === '' ? key : `${path}.${key}`),
    );
  }
  return [{ what: path === '' ? '(all of it)' : path, was: JSON.stringify(was), is: JSON.stringify(is) }];
}

/** Differences that a sentence names, and characters of each value. */
const [MOST, LONGEST] = [3, 60];

/** How two values differ, in half a sentence; null: they do not. */
export function differencesText(was: Json, is: Json): string | null {
  const differences = valueDifferences(was, is);
  if (differences.length === 0) return null;
  const named = differences.slice(0, MOST).map((one) => `${one.what} was ${cut(one.was)} and is ${cut(one.is)}`);
  const more = differences.length - named.length;
  return `${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

function cut(value: string | null): string {
  if (value === null) return 'absent';
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
}

function partDifferences(was: Json | undefined, is: Json | undefined, path: string): ValueDifference[] {
  if (was !== undefined && is !== undefined) return valueDifferences(was, is, path);
  const text = (value: Json | undefined): string | null => (value === undefined ? null : JSON.stringify(value));
  return was === is ? [] : [{ what: path, was: text(was), is: text(is) }];
}

/** Own fields alone: a key called `constructor` is one like another. */
function fieldOf(value: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
