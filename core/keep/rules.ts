import type { DecisionRule } from './decision';
import type { Cause } from './event';
import type { ModelFacts } from './facts';
import type { KeeperState } from './state';

/** Why a cause is not acted upon. */
export type Refusal = { readonly rule: DecisionRule; readonly reason: string };

/** A rule looks at event time, the state and the facts, never at a clock. null: it has nothing against the cause. */
export type Rule = (state: KeeperState, cause: Cause, facts: ModelFacts) => Refusal | null;

/** Acts at most once per (kind, version, window), however many monitors or revisions report it. */
export const duplicate: Rule = (state, cause) => {
  const { window } = cause;
  if (!window) return null;
  const same = state.acted.some(
    (a) =>
      a.kind === cause.kind &&
      a.version === (cause.version ?? null) &&
      a.window.from === window.from &&
      a.window.to === window.to,
  );
  if (!same) return null;
  return {
    rule: 'duplicate',
    reason: `A retrain was started for ${cause.kind} in the window ${window.from} to ${window.to} before.`,
  };
};

/** Windows so old that what was done about them is no longer remembered one by one. */
export const tooOld: Rule = (state, cause) => {
  if (!cause.window || state.actedBefore === null || cause.window.to > state.actedBefore) return null;
  return {
    rule: 'too-old',
    reason: `The window ends at ${cause.window.to}; those until ${state.actedBefore} are settled.`,
  };
};

/** What is said of a version that no longer serves says nothing of the one that does. */
export const staleVersion: Rule = (_state, cause, { champion }) => {
  if (cause.version === undefined || cause.version === champion?.version) return null;
  const now = champion ? `version ${champion.version} serves now` : 'no version serves';
  return { rule: 'stale-version', reason: `The cause is about version ${cause.version}, but ${now}.` };
};

export const frozen: Rule = (state) =>
  state.frozen && {
    rule: 'frozen',
    reason: `The keeper is frozen since ${state.frozen.since}: ${state.frozen.reason}`,
  };

/** One retrain at a time. A cause that comes meanwhile is refused, not kept: if it still holds, the next window says so again. */
export const busy: Rule = ({ phase }) => {
  switch (phase.at) {
    case 'idle':
      return null;
    case 'retraining':
      return { rule: 'retrain-running', reason: `A retrain is already running: ${phase.retrain.runId}.` };
    case 'candidate':
      return { rule: 'roll-out-running', reason: `Version ${phase.version} is being rolled out.` };
  }
};

/** Before the first champion only those who ask for a model may start one; monitors have nothing to watch. */
export const noChampion: Rule = (_state, cause, { champion }) => {
  if (champion || cause.kind === 'schedule' || cause.kind === 'person' || cause.kind === 'new-data') return null;
  return { rule: 'no-champion', reason: `No version serves yet that ${cause.kind} could be about.` };
};

/** Time must pass between retrains, in the data's time. Not before the first champion: a model that is missing is made. */
export const coolDown: Rule = (state, cause, { policy, champion }) => {
  if (!state.lastRetrain || !champion) return null;
  const last = state.lastRetrain.eventTime;
  // A cause of the same instant as the last retrain was answered by it even when there is no cool-down.
  const until = instantAfter(last, Math.max(policy.cooldown, 1));
  if (cause.eventTime >= until) return null;
  return {
    rule: 'cool-down',
    reason: `The last retrain was for ${last} and the cool-down lasts until ${until}; this cause is of ${cause.eventTime}.`,
  };
};

/** A limited number of retrains within a period, in the data's time. */
export const budget: Rule = (state, cause, { policy }) => {
  if (!policy.budget) return null;
  const { retrains, period } = policy.budget;
  const since = instantAfter(cause.eventTime, -period);
  const spent = state.spent.filter((eventTime) => eventTime > since).length;
  if (spent < retrains) return null;
  return { rule: 'budget', reason: `${spent} retrains since ${since} have used up the budget of ${retrains}.` };
};

/** In the order asked; the first that refuses gives the reason. */
export const RULES: readonly Rule[] = [duplicate, tooOld, staleVersion, frozen, busy, noChampion, coolDown, budget];

/** The first refusal of a cause; null when it is to be acted upon. */
export function refusal(state: KeeperState, cause: Cause, facts: ModelFacts): Refusal | null {
  for (const rule of RULES) {
    const refused = rule(state, cause, facts);
    if (refused) return refused;
  }
  return null;
}

/** An instant so many ms later (or earlier), in the one form whose order as text is the order in time. */
function instantAfter(instant: string, ms: number): string {
  // The ends of what a four-digit year can say: beyond them text would no longer sort.
  const [first, last] = [-62_167_219_200_000, 253_402_300_799_999];
  return new Date(Math.min(Math.max(Date.parse(instant) + ms, first), last)).toISOString();
}
