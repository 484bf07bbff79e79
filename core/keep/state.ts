import type { Rollout } from '../rollout/roll-out';
import type { Decision } from './decision';
import { outcomeId } from './decision-id';
import type { Cause, CauseKind, TimeWindow } from './event';

/** A retrain that was decided. */
export type Retrain = {
  readonly decisionId: string;
  readonly runId: string;
  readonly causeId: string;
  readonly kind: CauseKind;
  readonly eventTime: string;
  /** The promotion log's last number when it was decided: its candidate may follow that champion and no other. */
  readonly basis: number;
};

/** What the keeper is doing: nothing, waiting for a retrain, or rolling its candidate out. One at a time. */
export type Phase =
  | { readonly at: 'idle' }
  | { readonly at: 'retraining'; readonly retrain: Retrain }
  | {
      readonly at: 'candidate';
      readonly retrain: Retrain;
      readonly version: number;
      readonly reason: string;
      readonly eventTime: string;
      readonly rollout: Rollout;
    };

/** All that a keeper remembers; bounded, plain JSON, and the fold of its recorded decisions ({@link remember}). */
export type KeeperState = {
  readonly format: 1;
  readonly phase: Phase;
  readonly frozen: { readonly reason: string; readonly since: string } | null;
  /** What the cool-down counts from, and what it counts from again when that retrain fails. */
  readonly lastRetrain: Moment | null;
  readonly earlierRetrain: Moment | null;
  /** (kind, version, window) of the causes acted upon, oldest window first. */
  readonly acted: readonly Acted[];
  /** Windows that end here or before are no longer remembered one by one, and are not acted upon. */
  readonly actedBefore: string | null;
  /** Event times of the newest retrains, for the budget. */
  readonly spent: readonly string[];
  /** Identities of the newest events handled: a repeated delivery is dropped. */
  readonly seen: readonly string[];
  readonly last: {
    readonly action: Decision['action'];
    readonly rule: Decision['rule'];
    readonly reason: string;
  } | null;
};

/** A retrain as the cool-down remembers it. */
export type Moment = { readonly decisionId: string; readonly eventTime: string };

/** A cause that was acted upon. `version` is null when it was about none. */
export type Acted = { readonly kind: CauseKind; readonly version: number | null; readonly window: TimeWindow };

/** How much is remembered. Beyond it the records' unique ids still hold, and `actedBefore` refuses. */
export const MEMORY = { acted: 128, spent: 128, seen: 512 } as const;

/** A keeper that has decided nothing yet. */
export const INITIAL_STATE: KeeperState = {
  format: 1,
  phase: { at: 'idle' },
  frozen: null,
  lastRetrain: null,
  earlierRetrain: null,
  acted: [],
  actedBefore: null,
  spent: [],
  seen: [],
  last: null,
};

/** A decision as it is remembered: with its cause, if it answers one, and the promotion log's last number then. */
export type Remembered = { readonly decision: Decision; readonly cause: CauseAbout | null; readonly basis: number };

/** What the memory needs of a cause. */
export type CauseAbout = Pick<Cause, 'id' | 'kind' | 'eventTime'> & {
  readonly version?: number;
  readonly window?: TimeWindow;
};

/** The state after a decision. Deciding and rebuilding from the records both go through here, so they agree. */
export function remember(state: KeeperState, { decision, cause, basis }: Remembered): KeeperState {
  const { action, rule, reason } = decision;
  const next = { ...state, last: { action, rule, reason } };
  switch (action) {
    case 'retrain':
      return cause && decision.runId !== null ? rememberRetrain(next, decision, cause, decision.runId, basis) : next;
    case 'promote':
    case 'decline':
      return closeRetrain(next, decision);
    case 'freeze':
      return { ...next, frozen: { reason: decision.reason, since: decision.eventTime } };
    case 'unfreeze':
      return { ...next, frozen: null };
    case 'refuse':
    case 'rollback':
      return next;
  }
}

/** The state that has handled an event: the same event again is dropped. */
export function markSeen(state: KeeperState, event: string): KeeperState {
  return state.seen.includes(event) ? state : { ...state, seen: [...state.seen, event].slice(-MEMORY.seen) };
}

function rememberRetrain(
  state: KeeperState,
  decision: Decision,
  cause: CauseAbout,
  runId: string,
  basis: number,
): KeeperState {
  const { eventTime } = decision;
  const retrain = { decisionId: decision.id, runId, causeId: cause.id, kind: cause.kind, eventTime, basis };
  return {
    ...rememberActed(state, cause),
    phase: { at: 'retraining', retrain },
    lastRetrain: { decisionId: decision.id, eventTime },
    earlierRetrain: state.lastRetrain,
    spent: [...state.spent, eventTime].slice(-MEMORY.spent),
  };
}

function rememberActed(state: KeeperState, cause: CauseAbout): KeeperState {
  if (!cause.window) return state;
  const entry: Acted = { kind: cause.kind, version: cause.version ?? null, window: cause.window };
  const acted = [...state.acted, entry].sort((a, b) =>
    a.window.to < b.window.to ? -1 : a.window.to > b.window.to ? 1 : 0,
  );
  const [oldest] = acted;
  if (acted.length <= MEMORY.acted || !oldest) return { ...state, acted };
  const before = oldest.window.to;
  return { ...state, acted: acted.filter((a) => a.window.to > before), actedBefore: before };
}

/** A retrain that failed is no answer to anything: the cool-down counts from the one before it again. */
function closeRetrain(state: KeeperState, decision: Decision): KeeperState {
  if (state.phase.at === 'idle' || decision.id !== outcomeId(state.phase.retrain.decisionId)) return state;
  const closed: KeeperState = { ...state, phase: { at: 'idle' } };
  return decision.rule === 'run-failed' ? { ...closed, lastRetrain: state.earlierRetrain } : closed;
}
