import { perennialError } from '../errors';
import { allParts, readNodes } from '../expr/reads';
import { allNodes, bodiesOf, isNumbered, readsOf } from '../nodes';
import { contractAt } from '../plan/override';
import type { Body, Plan, PlanNode, PlanStep, StepNode } from '../plan/plan';
import { SHARDS_RESERVED } from './limits';

/** What the interpreter looks up again and again about one node of a plan. */
export interface IndexedNode {
  readonly node: PlanNode;
  /** Ids of the maps and repetitions that enclose it, outermost first. */
  readonly maps: readonly string[];
  /** Ids of the nodes that it waits for. */
  readonly needs: readonly string[];
}

/** A plan with its nodes by id. */
export interface IndexedPlan {
  readonly plan: Plan;
  readonly nodes: ReadonlyMap<string, IndexedNode>;
  /** Executions to keep free for what is not inside a given map: see {@link countExecutions}. */
  readonly executions: number;
  /** Approvals whose answer some branch's condition reads: their rejection does not end the run. */
  readonly branchedOn: ReadonlySet<string>;
  /** Of the plan's JSON. */
  readonly bytes: number;
}

// A plan is its workflow's own object, so what is kept by it is too.
// oxlint-disable-next-line house/no-module-memory
const indexed = new WeakMap<Plan, IndexedPlan>();

/** Indexes a plan; the same plan object gives the same index. */
export function indexPlan(plan: Plan): IndexedPlan {
  const known = indexed.get(plan);
  if (known) return known;
  const nodes = new Map<string, IndexedNode>();
  indexBody(plan.body, [], nodes);
  const all = [...nodes.values()];
  const conditions = all.flatMap(({ node }) => (node.kind === 'branch' || node.kind === 'switch' ? readsOf(node) : []));
  const branchedOn = new Set(conditions.flatMap(readNodes));
  const executions = countExecutions(plan.body, SHARDS_RESERVED);
  const index = { plan, nodes, executions, branchedOn, bytes: JSON.stringify(plan).length };
  indexed.set(plan, index);
  return index;
}

/**
 * A use of a step, and the step's contract as this use asks.
 *
 * @throws PER_FLOW_009
 */
export function stepAt(plan: Plan, id: string): { readonly node: StepNode; readonly step: PlanStep } {
  const node = indexPlan(plan).nodes.get(id)?.node;
  const step = node?.kind === 'step' ? plan.steps[node.step] : undefined;
  if (node?.kind !== 'step' || !step) throw perennialError('PER_FLOW_009', `There is no step ${id} in the plan.`);
  return { node, step: contractAt(step, node) };
}

function indexBody(
  body: Body,
  maps: readonly string[],
  into: Map<string, IndexedNode>,
  waitsFor: (id: string) => boolean = () => true,
): void {
  for (const node of body.nodes) {
    const needs = [...new Set([...readsOf(node).flatMap(readNodes), ...node.after, ...readsInside(node)])];
    into.set(node.id, { node, maps, needs: needs.filter(waitsFor) });
    const inner = isNumbered(node) ? [...maps, node.id] : maps;
    for (const { body: scope } of bodiesOf(node)) indexBody(scope, inner, into, waitsInside(node) ?? waitsFor);
  }
}

/** When a final body begins, all outside of it has ended, or never will: its nodes wait for one another only. */
function waitsInside(node: PlanNode): ((id: string) => boolean) | null {
  if (node.kind !== 'finally') return null;
  const own = new Set(allNodes(node.body).map(({ id }) => id));
  return (id) => own.has(id);
}

/** Outer nodes that a node waits for on behalf of what is inside it. */
function readsInside(node: PlanNode): string[] {
  // A shard is given the outer values that its items read when it is started, so its map waits for them.
  if (node.kind === 'map') return readsOfBody(node.body).nodes;
  if (node.kind === 'finally') return [];
  // Nodes of an arm wait for themselves; its value may read an outer node that none of them waits for.
  return bodiesOf(node).flatMap(({ body }) => {
    const own = new Set(body.nodes.map(({ id }) => id));
    return readNodes(body.output).filter((id) => !own.has(id));
  });
}

/**
 * Executions that a scope takes once: each step, call and wait counts one, of both arms of a branch. A map inside it
 * counts as the shards that it will probably need, since a map inside a map always runs in shards: so the number is known
 * beforehand.
 */
export function countExecutions(body: Body, shards = 1): number {
  return body.nodes.reduce((sum, node) => {
    if (node.kind === 'map') return sum + shards;
    const inner = bodiesOf(node).reduce((all, { body: scope }) => all + countExecutions(scope, shards), 0);
    if (node.kind === 'until') return sum + inner * node.max;
    return sum + inner + (isExecuted(node) || node.kind === 'wait' ? 1 : 0);
  }, 0);
}

/** Whether a node is carried out elsewhere, by a worker or in a run of its own. */
export function isExecuted(node: PlanNode): boolean {
  return node.kind === 'step' || node.kind === 'call';
}

/** Ids of nodes and maps outside a map that its body reads: what a shard has to be given. */
export function readsOfBody(body: Body): { readonly nodes: string[]; readonly maps: string[] } {
  const inside = allNodes(body);
  const ids = new Set(inside.map((node) => node.id));
  const scopes = [body, ...inside.flatMap((node) => bodiesOf(node).map((inner) => inner.body))];
  const parts = [...inside.flatMap(readsOf), ...scopes.map((scope) => scope.output)].flatMap(allParts);
  const nodes = parts.flatMap((part) => (part.op === 'output' ? [part.node] : []));
  const after = inside.flatMap((node) => node.after);
  return {
    nodes: [...new Set([...nodes, ...after])].filter((id) => !ids.has(id)),
    maps: [...new Set(parts.flatMap((part) => (part.op === 'item' ? [part.map] : [])))].filter((id) => !ids.has(id)),
  };
}
