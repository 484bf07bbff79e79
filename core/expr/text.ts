import type { Expr } from '../plan/plan';

const SIGNS = {
  eq: '=',
  ne: '≠',
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
  add: '+',
  subtract: '−',
  multiply: '×',
  divide: '÷',
} as const;

/** An expression as people write it: `evaluate.auc ≥ config.minAuc`. */
export function exprText(expr: Expr): string {
  switch (expr.op) {
    case 'literal':
      return JSON.stringify(expr.value);
    case 'config':
      return ['config', ...expr.path].join('.');
    case 'output':
      return [expr.node, ...expr.path].join('.');
    case 'item':
      return ['item', ...expr.path].join('.');
    case 'get':
      return [`(${exprText(expr.of)})`, ...expr.path].join('.');
    case 'object':
      return `{${Object.entries(expr.fields)
        .map(([key, value]) => `${key}: ${exprText(value)}`)
        .join(', ')}}`;
    case 'list':
      return `[${expr.items.map(exprText).join(', ')}]`;
    case 'and':
    case 'or':
      return expr.args.map((arg) => `(${exprText(arg)})`).join(` ${expr.op} `);
    case 'coalesce':
      return expr.args.map(exprText).join(' ?? ');
    case 'not':
      return `not (${exprText(expr.arg)})`;
    case 'round':
      return call('round', [exprText(expr.arg), ...(expr.digits === 0 ? [] : [String(expr.digits)])]);
    case 'sum':
    case 'min':
    case 'max':
      return call(expr.op, [exprText(expr.list)]);
    case 'minBy':
    case 'maxBy':
    case 'pluck':
      return call(expr.op, [exprText(expr.list), expr.key.join('.') || 'item']);
    case 'includes':
      return `${operand(expr.value)} in ${operand(expr.list)}`;
    case 'template':
      return `"${expr.parts.map(templatePart).join('')}"`;
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
      return `${operand(expr.left)} ${SIGNS[expr.op]} ${operand(expr.right)}`;
  }
}

function call(name: string, args: readonly string[]): string {
  return `${name}(${args.join(', ')})`;
}

function templatePart(part: Expr): string {
  return part.op === 'literal' && typeof part.value === 'string' ? part.value : `{${exprText(part)}}`;
}

/** In brackets where it is made with a sign of its own. */
function operand(expr: Expr): string {
  const hasSign = expr.op in SIGNS || ['and', 'or', 'not', 'coalesce', 'includes'].includes(expr.op);
  return hasSign ? `(${exprText(expr)})` : exprText(expr);
}
