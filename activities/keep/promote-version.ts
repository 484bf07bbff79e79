import type { Decision } from '../../core/keep/decision';
import { transaction } from '../../store/db';
import { recordDecision } from '../../store/keeper/record-decision';
import { findModelVersion } from '../../store/models/find-model-version';
import { promote } from '../../store/models/promote';
import type { PromoteAnswer } from './contract';
import type { KeepDependencies } from './dependencies';

/**
 * Makes a version champion and records the decision, both or neither. Repeating it after a crash finds the promotion of
 * the same decision and answers as before; whoever changed the champion in between wins, and nothing is written.
 */
export async function promoteVersion(
  { db, observer }: KeepDependencies,
  ask: { readonly decision: Decision; readonly version: number; readonly expectedSeq: number },
): Promise<PromoteAnswer> {
  const { decision, version, expectedSeq } = ask;
  const [answer, isNew] = await transaction(db, async (tx): Promise<[PromoteAnswer, boolean]> => {
    const known = await findModelVersion(tx, decision.model, version);
    if (!known) return [{ type: 'unknown-version' }, false];
    const { id: decisionId, model, reason, eventTime } = decision;
    const result = await promote(tx, { model, expectedSeq, version, decisionId, reason, by: 'keeper', eventTime });
    if (result.outcome === 'moved') {
      return [{ type: 'overtaken', version: result.current?.version ?? null, seq: result.current?.seq ?? 0 }, false];
    }
    const recorded = await recordDecision(tx, decision);
    return [{ type: 'promoted', decision, seq: result.promotion.seq }, recorded];
  });
  if (isNew) observer?.decided(decision);
  return answer;
}
