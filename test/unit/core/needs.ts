import { readNodes } from '../../../core/expr/reads';
import { allNodes, bodiesOf, readsOf } from '../../../core/nodes';
import type { PlanNode } from '../../../core/plan/plan';

const known = new WeakMap<PlanNode, readonly string[]>();

/** Ids of the nodes that a node waits for, those inside it not counted. */
export function needsOf(node: PlanNode): readonly string[] {
  const needs = known.get(node) ?? workOut(node);
  known.set(node, needs);
  return needs;
}

function workOut(node: PlanNode): string[] {
  const reads = [...readsOf(node).flatMap(readNodes), ...node.after];
  const inner = bodiesOf(node).flatMap(({ body }) => [
    body,
    ...allNodes(body).flatMap((one) => bodiesOf(one).map((b) => b.body)),
  ]);
  const inside = new Set(bodiesOf(node).flatMap(({ body }) => allNodes(body).map(({ id }) => id)));
  // A map is given all that its items read; of others what their own values read.
  const more =
    node.kind === 'map'
      ? [
          ...inner.flatMap(({ output }) => readNodes(output)),
          ...allNodes(node.body).flatMap((one) => [...readsOf(one).flatMap(readNodes), ...one.after]),
        ]
      : node.kind === 'finally'
        ? []
        : bodiesOf(node).flatMap(({ body }) => readNodes(body.output));
  return [...new Set([...reads, ...more])].filter((id) => !inside.has(id));
}
