import { readNodes } from '../expr/reads';
import { indexPlan } from '../interpret/index-plan';
import { bodiesOf, readsOf } from '../nodes';
import type { Body, Plan, PlanNode } from '../plan/plan';

/** What a rerun has to know of one node of a plan. */
export interface Outlined {
  readonly node: PlanNode;
  /** Ids of the maps and repetitions that enclose it, outermost first. */
  readonly maps: readonly string[];
  /** Id of the node that it is directly inside of. */
  readonly container: string | null;
  /** Where it stands: the names of the scopes around it, outermost first. */
  readonly path: readonly string[];
  /** Ids of the nodes directly inside it. */
  readonly inside: readonly string[];
  /** Ids of the nodes that read it or come after it. */
  readonly readers: Set<string>;
  /** Ids of the containers whose value reads it. */
  readonly valueReaders: Set<string>;
}

/** A plan with who reads what, by node id. */
export type Outline = ReadonlyMap<string, Outlined>;

/** Outlines a plan. */
export function outlineOf(plan: Plan): Outline {
  const outline = new Map<string, Outlined>();
  const { nodes } = indexPlan(plan);
  const add = (body: Body, container: string | null, path: readonly string[]): void => {
    for (const node of body.nodes) {
      const bodies = bodiesOf(node);
      const inside = bodies.flatMap((inner) => inner.body.nodes.map(({ id }) => id));
      const maps = nodes.get(node.id)?.maps ?? [];
      outline.set(node.id, { node, maps, container, path, inside, readers: new Set(), valueReaders: new Set() });
      for (const inner of bodies) add(inner.body, node.id, [...path, inner.name]);
    }
  };
  add(plan.body, null, []);
  for (const { node } of outline.values()) {
    for (const id of [...readsOf(node).flatMap(readNodes), ...node.after]) outline.get(id)?.readers.add(node.id);
    for (const { body } of bodiesOf(node)) {
      for (const id of readNodes(body.output)) outline.get(id)?.valueReaders.add(node.id);
    }
  }
  return outline;
}

/**
 * An address like this one that is whole, where it leaves out which item of a map is meant: `per-seed[0]/train` for `train`.
 * null: nothing is left out, or there is no such node.
 */
export function wholeAddress(outline: Outline, address: string): string | null {
  const found = outline.get(idIn(address));
  if (found === undefined || address.endsWith(']') || indicesOf(address).length >= found.maps.length) return null;
  return addressAt(found, []);
}

/** Indices of the items that an address is inside of: `outer[1]/inner[3]/train` is [1, 3]. */
export function indicesOf(address: string): number[] {
  return [...address.matchAll(/\[(\d+)\]\//g)].map(([, index]) => Number(index));
}

/** Address of a use of a node, from the indices of the items around it. */
export function addressAt({ node, maps }: Outlined, indices: readonly number[]): string {
  return maps.map((map, depth) => `${map}[${indices[depth] ?? 0}]/`).join('') + node.id;
}

/** A node's id, as the last part of its address. */
export function idIn(address: string): string {
  return address.slice(address.lastIndexOf('/') + 1).replace(/\[\d+\]$/, '');
}

/** What a node stands in, and the address of each. */
export interface Container {
  readonly node: PlanNode;
  readonly address: string;
}

/** What a node stands in, the nearest first; nothing for one that no plan has. */
export function containersOf(outline: Outline, address: string): Container[] {
  return around(outline, idIn(address)).map((each) => {
    return { node: each.node, address: addressAt(each, indicesOf(address)) };
  });
}

function around(outline: Outline, id: string): Outlined[] {
  const container = outline.get(outline.get(id)?.container ?? '');
  if (container === undefined) return [];
  return [container, ...around(outline, container.node.id)];
}
