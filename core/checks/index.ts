import type { Plan } from '../plan/plan';

/** Placeholder until the checks of this room are here. */
export function checkPlan(_plan: Plan): void {
  return;
}
