import { describe } from '../expr/ref';
import { partsOf } from '../expr/reads';
import { allNodes, bodiesOf, readsOf } from '../nodes';
import type { Expr, Plan } from '../plan/plan';
import { type Finding, finding } from './finding';

/**
 * What a final body reads of the graph may not be there, since it runs whatever happened: it is read by `coalesce`, and
 * nothing in the body comes after a node outside.
 */
export function checkFinalBodies(plan: Plan): Finding[] {
  return plan.body.nodes.flatMap((node) => {
    if (node.kind !== 'finally') return [];
    const inside = allNodes(node.body);
    const own = new Set(inside.map(({ id }) => id));
    return inside.flatMap((each) => [
      ...[...readsOf(each), ...bodiesOf(each).map(({ body }) => body.output)]
        .flatMap((expr) => bareReads(expr, own))
        .map((read) => finding('PER_DEF_018', 'error', each.id, `${each.id} reads '${read}' without coalesce.`)),
      ...each.after
        .filter((id) => !own.has(id))
        .map((id) => finding('PER_DEF_018', 'error', each.id, `${each.id} stands after ${id}, which may never end.`)),
    ]);
  });
}

/** Values of outer nodes that are read as though they were there. The last argument of a coalesce is. */
function bareReads(expr: Expr, own: ReadonlySet<string>): string[] {
  if (expr.op === 'output' && !own.has(expr.node)) return [describe(expr)];
  const parts = partsOf(expr);
  const bare =
    expr.op === 'coalesce' ? parts.filter((part, i) => part.op !== 'output' || i === parts.length - 1) : parts;
  return bare.flatMap((part) => bareReads(part, own));
}
