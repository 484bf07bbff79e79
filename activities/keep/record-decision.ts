import type { Decision } from '../../core/keep/decision';
import type { Cause } from '../../core/keep/event';
import { transaction } from '../../store/db';
import { insertCause } from '../../store/keeper/insert-cause';
import { recordDecision as insertDecision } from '../../store/keeper/record-decision';
import type { KeepDependencies } from './dependencies';

/** Records a decision, and its cause too when it was signalled by someone who had not written it down. */
export async function recordDecision(
  { db, observer }: KeepDependencies,
  { decision, cause }: { readonly decision: Decision; readonly cause: Cause | null },
): Promise<void> {
  const isNew = await transaction(db, async (tx) => {
    if (cause) await insertCause(tx, decision.model, cause);
    return insertDecision(tx, decision);
  });
  if (isNew) observer?.decided(decision);
}
