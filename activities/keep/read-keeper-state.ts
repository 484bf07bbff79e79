import { rebuild } from '../../core/keep/rebuild';
import { listPendingCauses } from '../../store/keeper/list-pending-causes';
import { listRemembered } from '../../store/keeper/list-remembered';
import type { RebuiltKeeper } from './contract';
import type { KeepDependencies } from './dependencies';

/** Decisions read back: more than the memory holds (core/keep/state.ts). */
const DECISIONS = 500;
/** Causes handed over at once; the rest is asked for when these are answered. */
const PENDING = 100;

/** Rebuilds a model's keeper from the records: its first act whenever it starts without a state of its own. */
export async function readKeeperState({ db }: KeepDependencies, model: string): Promise<RebuiltKeeper> {
  const remembered = await listRemembered(db, model, DECISIONS);
  const pending = await listPendingCauses(db, model, PENDING);
  return { state: rebuild(remembered), pending, more: pending.length === PENDING };
}
