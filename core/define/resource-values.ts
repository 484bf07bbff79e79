import type { z } from 'zod';
import { perennialError } from '../errors';
import type { Resource, Resources, ResourceValues } from './resource';

/** Values of resources as an environment gives them, before they are parsed, by the resource's name. */
export type GivenValues = { readonly [resource: string]: unknown };

/**
 * What a step's code is handed as `ctx.resources`: the given values, parsed. Workers and tests make it by this one
 * function, so that a test's value is held to the same schema.
 *
 * @param declared what a step contract lists as its resources
 * @param given values by the resource's name, in the schema's input form (a secret as the plain value)
 * @throws PER_RUN_060 PER_RUN_061, which name resource and field and never hold a value
 * @example
 * const resources = await resourceValues(load.resources, { warehouse: { host: 'localhost', password: 'for tests' } });
 */
export function resourceValues<R extends Resources>(declared: R, given: GivenValues): Promise<ResourceValues<R>>;
export async function resourceValues(
  declared: Resources,
  given: GivenValues,
): Promise<Readonly<Record<string, unknown>>> {
  const parsed = Object.entries(declared).map(
    async ([key, resource]) => [key, await parseResource(resource, ownOf(given, resource.name))] as const,
  );
  return Object.freeze(Object.fromEntries(await Promise.all(parsed)));
}

/**
 * The value of one resource.
 *
 * @throws PER_RUN_060 PER_RUN_061
 */
export async function parseResource<S extends z.ZodType>(resource: Resource<S>, given: unknown): Promise<z.output<S>> {
  const { name, schema } = resource;
  if (given === undefined) throw perennialError('PER_RUN_060', `The resource '${name}' has no value here.`);
  // Whatever a schema's own code throws may hold the value.
  const parsed = await schema.safeParseAsync(given).catch(() => null);
  if (parsed === null) throw perennialError('PER_RUN_061', `The schema of the resource '${name}' throws.`);
  if (parsed.success) return parsed.data;
  throw perennialError(
    'PER_RUN_061',
    `The value of the resource '${name}' is refused: ${issues(parsed.error, given)}.`,
  );
}

/** Places and kinds of what is wrong. Not zod's own sentences: a refinement's message may hold the value. */
function issues(error: z.ZodError, given: unknown): string {
  const said = error.issues.slice(0, 5).map((issue) => {
    const place = issue.path.map(String).join('.') || 'the whole';
    if (at(given, issue.path) === undefined) return `${place} is missing`;
    if (issue.code === 'invalid_type') return `${place} is no ${issue.expected}`;
    return `${place} fails a check (${issue.code.replaceAll('_', ' ')})`;
  });
  const more = error.issues.length - said.length;
  return said.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inside, key) => ownOf(inside, key), value);
}

function ownOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}
