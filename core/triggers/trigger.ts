import type { Json } from '../plan/json';
import type { Path } from '../plan/plan';

/** What starts when a node of a pipeline gives a data set version that it has not given before. */
export interface Trigger {
  readonly pipeline: string;
  readonly node: string;
  /** Where the data set stands in the node's output. */
  readonly path: Path;
  readonly starts: Started;
}

/** A run of a pipeline whose config has the digest under `into`, or a cause for a model's keeper. */
export type Started =
  | { readonly kind: 'pipeline'; readonly name: string; readonly into: string }
  | { readonly kind: 'model'; readonly name: string; readonly clock: 'wall' | 'event' };

/** Where a declared trigger looks. */
interface Source {
  readonly pipeline: string;
  readonly node: string;
  readonly path: Path;
  readonly into: string | null;
}

/** What of a project has triggers. */
export interface Triggered {
  readonly pipelines: readonly { readonly name: string; readonly on: readonly Source[] }[];
  readonly models: readonly {
    readonly name: string;
    readonly clock: 'wall' | 'event';
    readonly on: readonly Source[];
  }[];
}

/** Every trigger of a project. */
export function triggersOf({ pipelines, models }: Triggered): Trigger[] {
  return [
    ...pipelines.flatMap(({ name, on }) =>
      on.flatMap((one) => (one.into === null ? [] : [toTrigger(one, { kind: 'pipeline', name, into: one.into })])),
    ),
    ...models.flatMap(({ name, clock, on }) => on.map((one) => toTrigger(one, { kind: 'model', name, clock }))),
  ];
}

function toTrigger({ pipeline, node, path }: Source, starts: Started): Trigger {
  return { pipeline, node, path, starts };
}

/** The digest that a trigger looks for in its node's output; null: none is there. */
export function digestAt(output: Json, path: Path): string | null {
  let value: unknown = output;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
    value = Object.entries(value).find(([name]) => name === String(key))?.[1];
  }
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : null;
}

/**
 * The id of the run that a data set version starts: one version, one run, whoever delivers it and however often.
 *
 * @example
 * triggeredRunId('late-airports', 'flights', 'ba7816bf8f01cfea…') // 'late-airports:flights-ba7816bf8f01cfea'
 */
export function triggeredRunId(pipeline: string, into: string, digest: string): string {
  return `${pipeline}:${into}-${digest.slice(0, 16)}`;
}

/** How a source reads in messages: `clean.dataset of flights`. */
export function sourceText({ pipeline, node, path }: Pick<Trigger, 'pipeline' | 'node' | 'path'>): string {
  return `${[node, ...path].join('.')} of ${pipeline}`;
}
