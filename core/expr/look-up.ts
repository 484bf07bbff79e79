import { isList, type Json } from '../plan/json';

/** The value under a key of a list or an object; undefined: there is none. */
export function lookUp(
  value: readonly Json[] | { readonly [key: string]: Json },
  key: string | number,
): Json | undefined {
  if (isList(value)) return key === 'length' ? value.length : value[Number(key)];
  // Own keys only: `constructor` is no field of a value.
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
