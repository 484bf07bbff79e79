import { canonicalJson, isList, type Json } from '../../core/plan/json';

/** One thing that is not as it was. */
export interface Difference {
  /** The part of the cache's key, or `artifact`. */
  readonly part: 'code' | 'input' | 'environment' | 'artifact';
  /** A file, a package, a path into the input, a detail of the environment. */
  readonly what: string;
  /** As JSON, or a digest or version; null: it was not there. */
  readonly was: string | null;
  /** null: it is no longer there. */
  readonly is: string | null;
}

type Named = { readonly [name: string]: string };

/** What was added, removed or changed between two tables of names, in the order of the names. */
export function namedDifferences(part: Difference['part'], was: Named, is: Named, kind = ''): Difference[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return names.flatMap((name) => {
    const [before, after] = [valueAt(was, name), valueAt(is, name)];
    return before === after ? [] : [{ part, what: `${kind}${name}`, was: before, is: after }];
  });
}

/** The innermost places at which two values differ: `window.to`, `seeds[2]`; the value as a whole is `(all of it)`. */
export function valueDifferences(was: Json, is: Json, path = ''): Difference[] {
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
  return [
    { part: 'input', what: path === '' ? '(all of it)' : path, was: JSON.stringify(was), is: JSON.stringify(is) },
  ];
}

function partDifferences(was: Json | undefined, is: Json | undefined, path: string): Difference[] {
  if (was !== undefined && is !== undefined) return valueDifferences(was, is, path);
  const text = (value: Json | undefined): string | null => (value === undefined ? null : JSON.stringify(value));
  return was === is ? [] : [{ part: 'input', what: path, was: text(was), is: text(is) }];
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** Own fields alone: a key called `constructor` is one like another. */
function fieldOf(value: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function valueAt(table: Named, name: string): string | null {
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}
