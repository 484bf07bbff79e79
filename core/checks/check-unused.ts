import { allParts } from '../expr/reads';
import { allNodes, bodiesOf, readsOf } from '../nodes';
import { withOverride } from '../plan/override';
import type { Body, Expr, Plan, PlanNode } from '../plan/plan';
import { type Finding, finding } from './finding';

/** Keys of the config that nothing reads. */
export function checkUnusedConfig(plan: Plan): Finding[] {
  const paths = expressionsOf(plan).flatMap((part) => (part.op === 'config' ? [part.path] : []));
  if (paths.some((path) => path.length === 0)) return [];
  const read = new Set(paths.map((path) => String(path[0])));
  return configKeys(plan)
    .filter((key) => !read.has(key))
    .map((key) => finding('PER_DEF_015', 'warning', null, `Nothing in ${plan.pipeline} reads config.${key}.`));
}

/** Steps whose output nothing reads or waits for. Steps that are never cached act on the world and may have no reader. */
export function checkUnusedOutputs(plan: Plan): Finding[] {
  const nodes = allNodes(plan.body);
  const read = new Set([
    ...expressionsOf(plan).flatMap((part) => (part.op === 'output' ? [part.node] : [])),
    ...nodes.flatMap((node) => node.after),
  ]);
  return nodes
    .filter((node) => isCached(plan, node) && !read.has(node.id))
    .map(({ id }) => finding('PER_DEF_015', 'warning', id, `Nothing in ${plan.pipeline} reads the output of ${id}.`));
}

function isCached(plan: Plan, node: PlanNode): boolean {
  const step = node.kind === 'step' ? plan.steps[node.step] : undefined;
  return node.kind === 'step' && step !== undefined && withOverride(step, node.override).cache;
}

function expressionsOf(plan: Plan): Expr[] {
  const nodes = allNodes(plan.body);
  const bodies: Body[] = [plan.body, ...nodes.flatMap((node) => bodiesOf(node).map((inner) => inner.body))];
  return [...nodes.flatMap(readsOf), ...bodies.map((body) => body.output)].flatMap(allParts);
}

function configKeys(plan: Plan): string[] {
  const schema = plan.config;
  if (schema === null || typeof schema !== 'object' || !('properties' in schema)) return [];
  const { properties } = schema;
  return properties !== null && typeof properties === 'object' ? Object.keys(properties) : [];
}
