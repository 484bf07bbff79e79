import { advanceRollout, beginRollout } from '../rollout/roll-out';
import type { Decision, DecisionRule } from './decision';
import { decisionId, outcomeId, retrainRunId, unexpectedId } from './decision-id';
import {
  type CandidateEvent,
  type Cause,
  type DeclinedEvent,
  eventId,
  type FreezeEvent,
  type KeeperEvent,
} from './event';
import type { ModelFacts } from './facts';
import { refusal } from './rules';
import { type KeeperState, markSeen, remember, type Remembered, type Retrain } from './state';

/** What only the keeper's own shell tells it: how a promotion went. `seq` is the promotion log's last number after it. */
export type ShellEvent =
  | { readonly type: 'promoted'; readonly decision: Decision; readonly seq: number }
  | { readonly type: 'overtaken'; readonly version: number | null; readonly seq: number }
  /** The registry does not hold the version that was handed over. */
  | { readonly type: 'unknown-version' };

/** What the shell is to do, in this order. Each is safe to do again. */
export type KeeperCommand =
  | { readonly do: 'record'; readonly decision: Decision; readonly cause: Cause | null }
  /** Make sure that the retrain's run exists, and watch it. */
  | { readonly do: 'start'; readonly retrain: Retrain }
  /** Make the version champion and record the decision, both or neither; then tell `promoted` or `overtaken`. */
  | { readonly do: 'promote'; readonly decision: Decision; readonly version: number; readonly expectedSeq: number };

/** A step of the arbiter. */
export type Decided = { readonly state: KeeperState; readonly commands: readonly KeeperCommand[] };

/**
 * The arbiter: takes one event and says what is to be done. Pure; its only time is the events' own, so the same events
 * give the same decisions whenever they are played.
 */
export function decide(state: KeeperState, event: KeeperEvent | ShellEvent, facts: ModelFacts): Decided {
  if (event.type === 'promoted') return promoted(state, event.decision, facts);
  if (event.type === 'overtaken') return overtaken(state, event, facts);
  if (event.type === 'unknown-version') return unknownVersion(state, facts);
  const id = eventId(facts.model, event);
  if (state.seen.includes(id)) return { state, commands: [] };
  // A run's end and a rollback change what is in flight or nothing: they need no memory of their own.
  if (event.type === 'run-ended') return runEnded(state, event, facts);
  if (event.type === 'rolled-back') return rolledBack(state, event.seq, facts);
  return onceOnly(markSeen(state, id), event, facts);
}

function onceOnly(
  state: KeeperState,
  event: Exclude<KeeperEvent, { type: 'run-ended' | 'rolled-back' }>,
  facts: ModelFacts,
): Decided {
  switch (event.type) {
    case 'cause':
      return facts.recorded ? resume(state, event.cause, facts) : caused(state, event.cause, facts);
    case 'candidate':
      return candidate(state, event, facts);
    case 'declined':
      return declined(state, event, facts);
    case 'freeze':
    case 'unfreeze':
      return frozen(state, event, facts);
  }
}

function caused(state: KeeperState, cause: Cause, facts: ModelFacts): Decided {
  const id = decisionId(facts.model, cause);
  const about = { id, model: facts.model, causeId: cause.id, eventTime: cause.eventTime, version: null };
  const refused = refusal(state, cause, facts);
  if (refused) return record(state, { ...about, action: 'refuse', ...refused, runId: null }, cause, facts);
  const decision: Decision = {
    ...about,
    action: 'retrain',
    rule: facts.champion ? 'accepted' : 'first-version',
    reason: facts.champion ? acceptedReason(cause) : `No version serves yet, and ${cause.kind} asked for one.`,
    runId: retrainRunId(facts.model, id),
  };
  return started(record(state, decision, cause, facts));
}

function acceptedReason(cause: Cause): string {
  const about = cause.version === undefined ? '' : ` of version ${cause.version}`;
  const where = cause.window ? ` in the window ${cause.window.from} to ${cause.window.to}` : ` at ${cause.eventTime}`;
  return `${cause.kind}${about}${where}, and no rule is against a retrain.`;
}

/** The records hold a decision on this cause that this state does not know: a keeper was ended right after recording it. */
function resume(state: KeeperState, cause: Cause, { recorded }: ModelFacts): Decided {
  if (!recorded || recorded.closed || recorded.decision.action !== 'retrain' || state.phase.at !== 'idle') {
    return { state, commands: [] };
  }
  return started({
    state: remember(state, { decision: recorded.decision, cause, basis: recorded.basis }),
    commands: [],
  });
}

function candidate(state: KeeperState, event: CandidateEvent, facts: ModelFacts): Decided {
  const { phase } = state;
  if (phase.at !== 'retraining' || phase.retrain.decisionId !== event.decisionId)
    return unexpected(state, event, facts);
  const { retrain } = phase;
  if (state.frozen) {
    return close(state, retrain, facts, { rule: 'frozen', reason: state.frozen.reason, version: event.version });
  }
  const seq = facts.champion?.seq ?? 0;
  if (seq !== retrain.basis)
    return close(state, retrain, facts, overtakenBy(event.version, facts.champion?.version ?? null));
  const { rollout } = beginRollout(facts.rollout);
  const { version, reason, eventTime } = event;
  const next: KeeperState = { ...state, phase: { at: 'candidate', retrain, version, reason, eventTime, rollout } };
  const decision: Decision = {
    ...outcome(retrain, facts.model),
    action: 'promote',
    rule: 'rolled-out',
    reason,
    eventTime,
    version,
  };
  return { state: next, commands: [{ do: 'promote', decision, version, expectedSeq: retrain.basis }] };
}

/** A version that no retrain of this keeper waits for: late after its run was given up, or made without being asked. */
function unexpected(state: KeeperState, event: CandidateEvent | DeclinedEvent, facts: ModelFacts): Decided {
  const decision: Decision = {
    id: unexpectedId(event),
    model: facts.model,
    causeId: null,
    action: 'decline',
    rule: 'unknown-retrain',
    reason: `No retrain '${event.decisionId}' is waiting for version ${event.version}: only what the keeper started is rolled out.`,
    eventTime: event.eventTime,
    runId: null,
    version: event.version,
  };
  return record(state, decision, null, facts);
}

function declined(state: KeeperState, event: DeclinedEvent, facts: ModelFacts): Decided {
  const { phase } = state;
  if (phase.at !== 'retraining' || phase.retrain.decisionId !== event.decisionId)
    return unexpected(state, event, facts);
  return close(state, phase.retrain, facts, { rule: 'gate', reason: event.reason, version: event.version });
}

function runEnded(state: KeeperState, event: Extract<KeeperEvent, { type: 'run-ended' }>, facts: ModelFacts): Decided {
  const { phase } = state;
  if (phase.at !== 'retraining' || phase.retrain.runId !== event.runId) return { state, commands: [] };
  const judged = event.status === 'completed' || event.status === 'rejected';
  const detail = event.reason === '' ? '' : `: ${event.reason}`;
  return close(state, phase.retrain, facts, {
    rule: judged ? 'no-candidate' : 'run-failed',
    reason: judged
      ? `The retrain ended as ${event.status} and handed over no version${detail}`
      : `The retrain ended as ${event.status}${detail}. It does not count for the cool-down.`,
    version: null,
  });
}

function rolledBack(state: KeeperState, seq: number, facts: ModelFacts): Decided {
  const { phase } = state;
  if (phase.at !== 'candidate' || seq === phase.retrain.basis) return { state, commands: [] };
  return close(state, phase.retrain, facts, overtakenBy(phase.version, facts.champion?.version ?? null));
}

function promoted(state: KeeperState, decision: Decision, facts: ModelFacts): Decided {
  const { phase } = state;
  if (phase.at !== 'candidate') return { state, commands: [] };
  const { rollout } = advanceRollout(phase.rollout, { passed: true });
  if (rollout.at < rollout.stages.length) return { state: { ...state, phase: { ...phase, rollout } }, commands: [] };
  return { state: remember(state, remembered(decision, null, facts)), commands: [] };
}

function overtaken(state: KeeperState, event: Extract<ShellEvent, { type: 'overtaken' }>, facts: ModelFacts): Decided {
  const { phase } = state;
  if (phase.at !== 'candidate') return { state, commands: [] };
  return close(state, phase.retrain, facts, overtakenBy(phase.version, event.version));
}

function unknownVersion(state: KeeperState, facts: ModelFacts): Decided {
  const { phase } = state;
  if (phase.at !== 'candidate') return { state, commands: [] };
  const { version, retrain } = phase;
  const reason = `The registry holds no version ${version} of ${facts.model}.`;
  return close(state, retrain, facts, { rule: 'unknown-version', reason, version });
}

function overtakenBy(
  version: number,
  champion: number | null,
): { rule: DecisionRule; reason: string; version: number } {
  const now = champion === null ? 'none serves' : `version ${champion} serves`;
  return {
    rule: 'overtaken',
    reason: `The champion was changed while version ${version} was made and judged (now ${now}): it was compared with another one.`,
    version,
  };
}

function frozen(state: KeeperState, event: FreezeEvent, facts: ModelFacts): Decided {
  const decision: Decision = {
    id: `${event.type}-${facts.model}-${event.id}`,
    model: facts.model,
    causeId: null,
    action: event.type,
    rule: 'person',
    reason: event.type === 'freeze' ? `frozen by ${event.by}` : `unfrozen by ${event.by}`,
    eventTime: event.eventTime,
    runId: null,
    version: null,
  };
  return record(state, decision, null, facts);
}

function close(
  state: KeeperState,
  retrain: Retrain,
  facts: ModelFacts,
  why: { readonly rule: DecisionRule; readonly reason: string; readonly version: number | null },
): Decided {
  return record(state, { ...outcome(retrain, facts.model), action: 'decline', ...why }, null, facts);
}

function outcome(retrain: Retrain, model: string): Pick<Decision, 'id' | 'model' | 'causeId' | 'eventTime' | 'runId'> {
  const { runId, eventTime } = retrain;
  // The cause is answered by the decision to retrain; the outcome closes that decision.
  return { id: outcomeId(retrain.decisionId), model, causeId: null, eventTime, runId };
}

function record(state: KeeperState, decision: Decision, cause: Cause | null, facts: ModelFacts): Decided {
  return { state: remember(state, remembered(decision, cause, facts)), commands: [{ do: 'record', decision, cause }] };
}

function remembered(decision: Decision, cause: Cause | null, facts: ModelFacts): Remembered {
  return { decision, cause, basis: facts.champion?.seq ?? 0 };
}

function started({ state, commands }: Decided): Decided {
  if (state.phase.at !== 'retraining') return { state, commands };
  return { state, commands: [...commands, { do: 'start', retrain: state.phase.retrain }] };
}
