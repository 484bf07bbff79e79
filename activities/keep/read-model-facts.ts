import type { ModelFacts } from '../../core/keep/facts';
import { findAnswer } from '../../store/keeper/find-answer';
import { championOf } from '../../store/models/champion-of';
import { findModel, type KeepDependencies } from './dependencies';

/** What the arbiter is told beside an event: the model's policy as it is now, who serves, and what is recorded of the cause. */
export async function readModelFacts(
  dependencies: KeepDependencies,
  { model, causeId }: { readonly model: string; readonly causeId: string | null },
): Promise<ModelFacts> {
  const { policy, rollout } = findModel(dependencies, model);
  const champion = await championOf(dependencies.db, model);
  const { cooldown, budget } = policy;
  return {
    model,
    policy: { cooldown, budget: budget ? { retrains: budget.retrains, period: budget.per } : null },
    rollout: rollout.map((stage) => ({ stage })),
    champion: champion ? { version: champion.version, seq: champion.seq } : null,
    recorded: causeId === null ? null : await findAnswer(dependencies.db, causeId),
  };
}
