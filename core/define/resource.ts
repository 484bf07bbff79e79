import type { z } from 'zod';
import { perennialError } from '../errors';
import { checkName } from '../plan/name';

/** Something that steps need and that differs by environment: a database, a bucket, an account. Holds no value. */
export interface Resource<S extends z.ZodType = z.ZodType> {
  readonly kind: 'resource';
  readonly name: string;
  readonly schema: S;
}

/** What a step needs, under the names that its code has for them. */
export type Resources = { readonly [key: string]: Resource };

/** Of a step that needs none. */
export type NoResources = { readonly [key in never]: Resource };

/** What a step's code is handed: under the same names, what each schema parses to. */
export type ResourceValues<R extends Resources> = { readonly [K in keyof R]: z.output<R[K]['schema']> };

/**
 * Declares a resource. Its value comes from the environment of each worker (docs/RESOURCES.md); no plan, record or
 * history has it.
 *
 * @throws PER_DEF_001
 * @example
 * const warehouse = resource('warehouse', z.object({ host: notSecret(z.string()), password: secret(z.string()) }));
 */
export function resource<S extends z.ZodType>(name: string, schema: S): Resource<S> {
  checkName('resource', name);
  return Object.freeze({ kind: 'resource', name, schema });
}

/**
 * The resources that some steps or pipelines need, each once, by name.
 *
 * @throws PER_DEF_009 when two of them share a name
 */
export function resourcesOf(those: Iterable<{ readonly resources: Resources | readonly Resource[] }>): Resource[] {
  const found = new Map<string, Resource>();
  for (const { resources } of those) {
    for (const needed of Object.values(resources)) {
      const known = found.get(needed.name) ?? needed;
      if (known !== needed) throw perennialError('PER_DEF_009', `Two different resources are called ${needed.name}.`);
      found.set(needed.name, needed);
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
