import type { Json } from '../plan/json';
import type { Plan } from '../plan/plan';
import { allNodes } from './index';

/** What a plan says of an approval. */
export interface AskedFor {
  /** JSON schema of what is asked for beside yes or no; null: yes or no only. */
  readonly schema: Json;
  /** Who may answer; null: anybody. */
  readonly by: readonly string[] | null;
}

/** What the approval of an id asks for; a node that is none asks for nothing. */
export function askedFor(plan: Plan | null, node: string): AskedFor {
  const asked = plan && allNodes(plan.body).find(({ id }) => id === node);
  const { answer = null, by = null } = asked?.kind === 'approval' ? asked : {};
  return { schema: answer, by };
}
