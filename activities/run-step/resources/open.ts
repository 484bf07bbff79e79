import type { GivenValues, Json, Resource, StepContract } from '../../../core';
import { resourceValues } from '../../../core';
import { perennialError } from '../../../core/errors';
import { JsonValue } from '../json-value';
import { createMask, type Mask, NO_MASK } from './mask';
import { sortTexts } from './sort-texts';

type Needing = Pick<StepContract, 'name' | 'resources'>;

/** The values of resources in a worker. */
export interface OpenedResources {
  /** Of everything that this worker was given, whether its steps need it or not. */
  readonly mask: Mask;
  /** What a step's code is handed. Parsed once. */
  valuesOf(step: Needing): Readonly<Record<string, unknown>>;
  /** One value as given, for a step whose input names the resource; undefined: this worker was given none. */
  given(resource: string): Json | undefined;
  /** The values as given, by the resource's name: for the child process that parses them again. */
  givenFor(step: Needing): Readonly<Record<string, Json>>;
  /** What of them counts for the key of a cached step: the fields marked notSecret, as JSON by their place. */
  identityOf(step: Needing): Readonly<Record<string, string>>;
}

/** Of a worker that was given no values. Its steps need none. */
export const NO_RESOURCES: OpenedResources = {
  mask: NO_MASK,
  valuesOf: () => ({}),
  given: () => undefined,
  givenFor: () => ({}),
  identityOf: () => ({}),
};

/**
 * Parses what the steps of a worker need, and learns what has to stay inside of it.
 *
 * @param steps those that the worker has code for
 * @param declared the resources of the whole project: their marks say which fields may be seen
 * @throws PER_RUN_060 PER_RUN_061, naming resource and field
 */
export async function openResources(
  steps: readonly Needing[],
  declared: readonly Resource[],
  given: GivenValues,
): Promise<OpenedResources> {
  const values = new Map<string, Json>(Object.entries(given).map(([name, value]) => [name, JsonValue.parse(value)]));
  const needed = [...new Set([...declared, ...steps.flatMap(({ resources }) => Object.values(resources))])];
  const opened = new Map(
    await Promise.all(steps.map(async (step) => [step.name, await resourceValues(step.resources, given)] as const)),
  );
  return {
    mask: maskOf(needed, values),
    valuesOf(step) {
      const found = opened.get(step.name);
      if (found !== undefined) return found;
      throw perennialError(
        'PER_RUN_010',
        `This worker has opened no resources for the step '${step.name}', which it has no code for.`,
      );
    },
    given: (resource) => values.get(resource),
    givenFor: (step) => pick(step, ({ name }) => values.get(name) ?? null),
    identityOf: (step) => {
      const fields = Object.values(step.resources).flatMap((resource) => {
        const { open } = sortTexts(resource, values.get(resource.name) ?? null);
        return Object.entries(open).map(
          ([place, value]) => [`resource ${resource.name} ${place}`.trim(), JSON.stringify(value)] as const,
        );
      });
      return Object.fromEntries(fields);
    },
  };
}

/** The mask of given values. One that no known resource claims is hidden as a whole. */
export function maskOf(declared: readonly Resource[], values: ReadonlyMap<string, Json>): Mask {
  const hidden = [...values].flatMap(([name, value]) => {
    const claims = declared.filter((resource) => resource.name === name);
    return (claims.length === 0 ? [name] : claims).flatMap((claim) => sortTexts(claim, value).hidden);
  });
  return createMask(hidden);
}

function pick(step: Needing, part: (resource: Resource) => Json): { readonly [name: string]: Json } {
  return Object.fromEntries(Object.values(step.resources).map((resource) => [resource.name, part(resource)]));
}
