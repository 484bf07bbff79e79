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
      return [expr.arg];
    case 'get':
      return [expr.of];
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
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
  return [expr, ...partsOf(expr).flatMap(allParts)];
}

/** Ids of the nodes whose output an expression reads; each once. */
export function readNodes(expr: Expr): string[] {
  return [...new Set(allParts(expr).flatMap((part) => (part.op === 'output' ? [part.node] : [])))];
}
