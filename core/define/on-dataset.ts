import type { z } from 'zod';
import { perennialError } from '../errors';
import { expressionOf, makeRef, type Ref, type RefBase } from '../expr/ref';
import type { Expr, Path } from '../plan/plan';
import type { OutputOf, Pipeline } from './pipeline';

/** The digest of a data set version, as `Dataset` of the standard steps reads it. */
export type DatasetDigest = string & z.$brand<'Dataset'>;

/** Starts something when a pipeline has made a new version of one of its data sets. */
export interface OnDataset<K extends string | null = string | null> {
  readonly kind: 'dataset';
  /** Whose data set it is. */
  readonly pipeline: string;
  /** The node that makes it, and where it stands in the node's output. */
  readonly node: string;
  readonly path: Path;
  /** The key of the config that is given the digest; null where none is: of a model. */
  readonly into: K;
}

/** The keys of a config that may be given a data set. */
export type DatasetKey<C extends z.ZodObject> = {
  [K in keyof z.input<C> & string]: DatasetDigest extends z.input<C>[K] ? K : never;
}[keyof z.input<C> & string];

/** One of something, or several. */
export type OneOrMore<T> = T | readonly T[];

/**
 * Starts a pipeline, or reports a cause to a model's keeper, whenever another pipeline has made a new version of a data set: in
 * the transaction that commits the step which makes it, whatever becomes of the rest of that run. Each version counts once.
 *
 * @param producer the pipeline that makes it
 * @param select which part of that pipeline's value it is: what a step at the top of its graph gives
 * @param options.into the key of the started pipeline's config that is given the digest; a model needs none
 * @throws PER_DEF_080 where no step at the top of the graph gives it
 * @example
 * pipeline('late-airports', {
 *   on: onDataset(flights, (made) => made.clean, { into: 'flights' }),
 *   config: z.object({ flights: Dataset, worst: z.int().default(10) }),
 *   graph: (g, config) => g.run(rank, { dataset: config.flights, worst: config.worst }),
 * });
 */
export function onDataset<P extends Pipeline>(
  producer: P,
  select: (output: Ref<OutputOf<P>>) => RefBase<DatasetDigest>,
): OnDataset<null>;
export function onDataset<P extends Pipeline, const K extends string>(
  producer: P,
  select: (output: Ref<OutputOf<P>>) => RefBase<DatasetDigest>,
  options: { readonly into: K },
): OnDataset<K>;
export function onDataset<P extends Pipeline>(
  producer: P,
  select: (output: Ref<OutputOf<P>>) => RefBase<DatasetDigest>,
  options?: { readonly into: string },
): OnDataset {
  const { node, path } = sourceOf(
    producer,
    expressionOf(select(makeRef({ op: 'item', map: producer.name, path: [] }))),
  );
  return Object.freeze({ kind: 'dataset', pipeline: producer.name, node, path, into: options?.into ?? null });
}

function sourceOf({ name, plan }: Pipeline, chosen: Expr | undefined): { readonly node: string; readonly path: Path } {
  if (chosen?.op !== 'item') throw noSource(name, 'What is chosen is computed, and no part of its value');
  const where = ['its value', ...chosen.path].join('.');
  const found = partOf(plan.body.output, chosen.path);
  if (found?.op !== 'output') throw noSource(name, `No node gives ${where}`);
  const node = plan.body.nodes.find(({ id }) => id === found.node);
  if (node?.kind !== 'step') throw noSource(name, `${where} comes of the ${node?.kind ?? 'node'} ${found.node}`);
  return { node: node.id, path: found.path };
}

/** The expression of a part of what an expression gives; null where it is not written down. */
function partOf(expr: Expr, path: Path): Expr | null {
  const [key, ...rest] = path;
  if (key === undefined) return expr;
  if (expr.op === 'output') return { ...expr, path: [...expr.path, ...path] };
  if (expr.op === 'object') {
    const field = Object.hasOwn(expr.fields, key) ? expr.fields[key] : undefined;
    return field ? partOf(field, rest) : null;
  }
  const item = expr.op === 'list' && typeof key === 'number' ? expr.items[key] : undefined;
  return item ? partOf(item, rest) : null;
}

function noSource(pipeline: string, why: string): Error {
  return perennialError('PER_DEF_080', `A data set of ${pipeline} cannot start anything: ${why}.`);
}
