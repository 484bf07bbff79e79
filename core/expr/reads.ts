import type { Expr } from '../plan/plan';

/** The expressions directly inside one. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.op) {
    case 'object':
      return Object.values(expr.fields);
    case 'list':
      return expr.items;
    case 'and':
    case 'or':
    case 'coalesce':
      return expr.args;
    case 'not':
    case 'round':
      return [expr.arg];
    case 'sum':
    case 'min':
    case 'max':
    case 'minBy':
    case 'maxBy':
    case 'pluck':
      return [expr.list];
    case 'includes':
      return [expr.list, expr.value];
    case 'template':
      return expr.parts;
    case 'get':
      return [expr.of];
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
      return [expr.left, expr.right];
    case 'literal':
    case 'config':
    case 'output':
    case 'item':
      return [];
  }
}

/** An expression and all expressions inside it. */
export function allParts(expr: Expr): Expr[] {
  const parts: Expr[] = [];
  collect(expr, parts);
  return parts;
}

/** Into one list: a list of its own for each part is what indexing a plan would spend its time on. */
function collect(expr: Expr, into: Expr[]): void {
  into.push(expr);
  for (const part of partsOf(expr)) collect(part, into);
}

/** Ids of the nodes whose output an expression reads; each once. */
export function readNodes(expr: Expr): string[] {
  const ids = new Set<string>();
  for (const part of allParts(expr)) if (part.op === 'output') ids.add(part.node);
  return [...ids];
}
