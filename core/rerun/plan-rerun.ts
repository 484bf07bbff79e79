import { perennialError } from '../errors';
import { indexPlan } from '../interpret/index-plan';
import { bodiesOf } from '../nodes';
import { canonicalJson, type Json } from '../plan/json';
import type { Plan } from '../plan/plan';
import type { Again } from './again';
import { changesBetween } from './changed';
import { addressAt, indicesOf, outlineOf, type Outline } from './outline';
import { type Choice, targetOf } from './target';
import { enclosing, type Place, touch, type Touched } from './touched';

/** What the records say of a node of the run that is to be rerun. */
export interface RecordedNode {
  readonly address: string;
  readonly node: string;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled' | 'waiting' | 'skipped';
  /** True for an approval that was answered with no. */
  readonly refused: boolean;
  /** How many items a map has; null: not known, or no map. */
  readonly items: number | null;
}

/** A run as a rerun sees it. */
export interface RecordedRun {
  readonly plan: Plan;
  readonly config: Json;
  readonly nodes: readonly RecordedNode[];
}

/** What a rerun takes over from its parent, and what not. */
export interface RerunPlan {
  /** Addresses whose records are taken over. */
  readonly addresses: readonly string[];
  /** What the run's workflow has to know of it. */
  readonly reuse: Reuse;
}

/** What a rerun's workflow knows: short however many items its maps have. */
export interface Reuse {
  /** Ids of nodes of which at least one use has an output to reuse. Which uses, the records tell. */
  readonly nodes: readonly string[];
  /** Steps that a person asked to run again: they do not look into the cache. */
  readonly again: Again | null;
}

/**
 * Says what of a run is reused when it is run again. A completed node is, unless it is touched: named by the choice,
 * defined otherwise in the new plan, reading another part of the config, or depending on something that is touched.
 * What has no output runs in any case. Without a choice and with an unchanged config, everything that did not complete
 * and what depends on it runs again: the rerun goes on after a failure.
 *
 * @throws PER_RUN_036 when the choice names a node or an item that is not there
 * @example
 * planRerun({ plan, config, nodes }, { plan, config }, { from: 'train' }).reuse.nodes // ['extract']
 */
export function planRerun(
  parent: RecordedRun,
  next: { readonly plan: Plan; readonly config: Json },
  choice: Choice,
): RerunPlan {
  const outline = outlineOf(next.plan);
  const target = targetOf(outline, choice);
  if (choice.only !== undefined && target) checkItem(outline, parent.nodes, choice.only, target);
  const was = { plan: parent.plan, config: parent.config, outline: outlineOf(parent.plan) };
  const changes = changesBetween(was, { ...next, outline });
  // What is done at a run's end is done at the end of each.
  const final = [...outline.values()].flatMap(({ node }) => (node.kind === 'finally' ? [node.id] : []));
  const changed = [...changes.nodes, ...final].map((node) => ({ node, at: [] }));
  const resumes = canonicalJson(parent.config) === canonicalJson(next.config);
  const chosen = target ? [target] : resumes ? unfinished(next.plan, parent) : [];
  const touched = touch(outline, [...changed, ...chosen], changes.values);
  const { addresses, nodes } = takenOver(next.plan, outline, parent.nodes, touched);
  return { addresses, reuse: { nodes, again: target && againOf(outline, target) } };
}

function takenOver(plan: Plan, outline: Outline, recorded: readonly RecordedNode[], touched: Touched) {
  const completed = recorded.filter(
    (row) =>
      row.status === 'completed' && outline.has(row.node) && !endsRun(plan, row) && !touched.has(row.address, row.node),
  );
  const reused = new Set(completed.map(({ address }) => address));
  // What else is inside a container that is reused as a whole: an arm that was not taken, an item whose failure was tolerated.
  const within = recorded.filter(
    ({ address, node }) => !reused.has(address) && enclosing(outline, address, node).some((each) => reused.has(each)),
  );
  return {
    addresses: [...reused, ...within.map(({ address }) => address)],
    nodes: [...new Set(completed.map(({ node }) => node))],
  };
}

/** A no that ended the run is asked again; one that the plan branches on is an answer like another. */
function endsRun(plan: Plan, { node, refused }: RecordedNode): boolean {
  return refused && !indexPlan(plan).branchedOn.has(node);
}

/** Uses of nodes that began and have no output. What has a body follows from what is inside it. */
function unfinished(plan: Plan, { nodes }: RecordedRun): Place[] {
  return nodes
    .filter((row) => (row.status === 'completed' ? endsRun(plan, row) : row.status !== 'skipped'))
    .filter(({ node }) => isLeaf(plan, node))
    .map(({ address, node }) => ({ node, at: indicesOf(address) }));
}

function isLeaf(plan: Plan, id: string): boolean {
  const node = indexPlan(plan).nodes.get(id)?.node;
  return node !== undefined && bodiesOf(node).length === 0;
}

function againOf(outline: Outline, { node, at }: Place): Again {
  const known = outline.get(node);
  const maps = known?.maps ?? [];
  const within = [...maps, node].slice(0, at.length).map((map, depth) => `${map}[${at[depth] ?? 0}]/`);
  return { nodes: [node, ...allInside(outline, node)], within: within.join('') };
}

function allInside(outline: Outline, node: string): string[] {
  return (outline.get(node)?.inside ?? []).flatMap((id) => [id, ...allInside(outline, id)]);
}

/** An item has a number below the length of its map's list; an iteration has begun. */
function checkItem(outline: Outline, recorded: readonly RecordedNode[], text: string, { node, at }: Place): void {
  const known = outline.get(node);
  const around = outline.get([...(known?.maps ?? []), node][at.length - 1] ?? '');
  if (!around) return;
  const address = addressAt(around, at);
  const index = at[around.maps.length] ?? 0;
  const items = recorded.find((row) => row.address === address)?.items ?? 0;
  if (index < items || recorded.some((row) => row.address.startsWith(`${address}[${index}]/`))) return;
  throw perennialError('PER_RUN_036', `The run has no ${text}: ${address} had ${items} items, counted from 0.`);
}
