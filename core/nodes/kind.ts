import type { Body, Expr, PlanNode } from '../plan/plan';

/** What a kind of node answers about itself, so that code over plans need not know the kinds. */
export interface NodeKind<N extends PlanNode> {
  /** The expressions that must be computable before the node starts. */
  reads(node: N): readonly Expr[];
  /** The scopes inside it, with the name each has in messages. */
  bodies(node: N): readonly { readonly name: string; readonly body: Body }[];
}
