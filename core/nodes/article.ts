import type { PlanNode } from '../plan/plan';

/** A kind of node as a noun in a sentence: `a step`, `an approval`, `a final body`. */
export function withArticle(kind: PlanNode['kind']): string {
  switch (kind) {
    case 'approval':
      return 'an approval';
    case 'until':
      return 'a repetition';
    case 'call':
      return 'a call of another pipeline';
    case 'finally':
      return 'a final body';
    default:
      return `a ${kind}`;
  }
}
