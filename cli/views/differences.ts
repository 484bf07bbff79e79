import type { Json } from '../../core/plan/json';
import { type ValueDifference, valueDifferences } from '../../core/plan/value-differences';

/** One thing that is not as it was: a file, a package, a path into the input, a detail of the environment. */
export interface Difference extends ValueDifference {
  /** The part of the cache's key, or `artifact`. */
  readonly part: 'code' | 'input' | 'environment' | 'artifact';
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

/** The innermost places at which two inputs differ. */
export function inputDifferences(was: Json, is: Json): Difference[] {
  return valueDifferences(was, is).map((difference) => ({ part: 'input', ...difference }));
}

function valueAt(table: Named, name: string): string | null {
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}
