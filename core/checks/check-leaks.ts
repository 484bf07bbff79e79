import { describe } from '../expr/ref';
import { allParts } from '../expr/reads';
import { bodiesOf, isNumbered, readsOf } from '../nodes';
import type { Body, Expr, Plan } from '../plan/plan';
import { type Finding, finding } from './finding';

/** What can be read from inside a scope. */
interface Scope {
  readonly name: string;
  readonly nodes: ReadonlySet<string>;
  readonly maps: ReadonlySet<string>;
}

/** No expression reads a node of an arm or body that it stands outside of: such a node may never have run. */
export function checkLeaks(plan: Plan): Finding[] {
  return checkBody(plan.body, { name: `the pipeline ${plan.pipeline}`, nodes: new Set(), maps: new Set() });
}

function checkBody(body: Body, outer: Scope): Finding[] {
  const scope = { ...outer, nodes: new Set([...outer.nodes, ...body.nodes.map((node) => node.id)]) };
  const own = body.nodes.flatMap((node) => [
    ...readsOf(node).flatMap((expr) => checkExpression(expr, node.id, scope)),
    ...node.after.filter((id) => !scope.nodes.has(id)).map((id) => leak(node.id, `stands after ${id}`)),
  ]);
  const inner = body.nodes.flatMap((node) =>
    bodiesOf(node).flatMap(({ name, body: arm }) => {
      const hasItem = isNumbered(node) || node.kind === 'finally';
      const maps = hasItem ? new Set([...scope.maps, node.id]) : scope.maps;
      return checkBody(arm, { name, nodes: scope.nodes, maps });
    }),
  );
  return [...own, ...inner, ...checkExpression(body.output, outer.name, scope)];
}

function checkExpression(expr: Expr, reader: string, scope: Scope): Finding[] {
  return allParts(expr).flatMap((part) => {
    const hidden =
      (part.op === 'output' && !scope.nodes.has(part.node)) || (part.op === 'item' && !scope.maps.has(part.map));
    return hidden ? [leak(reader, `reads '${describe(part)}'`)] : [];
  });
}

function leak(reader: string, does: string): Finding {
  return finding(
    'PER_DEF_010',
    'error',
    reader,
    `${reader} ${does}, which belongs to an arm or body that it is outside of.`,
  );
}
