/** What a keeper can decide; also the check constraint of the table `decisions`. */
export type DecisionAction = 'retrain' | 'refuse' | 'promote' | 'decline' | 'rollback' | 'freeze' | 'unfreeze';

/** Why: the name of the rule that decided. Stable, for queries; `reason` says it in words. */
export type DecisionRule =
  | 'accepted'
  | 'first-version'
  | 'duplicate'
  | 'stale-version'
  | 'no-champion'
  | 'frozen'
  | 'retrain-running'
  | 'roll-out-running'
  | 'too-old'
  | 'cool-down'
  | 'budget'
  | 'gate'
  | 'rolled-out'
  | 'overtaken'
  | 'unknown-retrain'
  | 'unknown-version'
  | 'run-failed'
  | 'no-candidate'
  | 'person';

/** One row of the table `decisions`: append-only, one per cause, one that closes each retrain. */
export interface Decision {
  /** Deterministic: the same cause gives the same decision id, so a repeated record is one row. */
  readonly id: string;
  readonly model: string;
  readonly causeId: string | null;
  readonly action: DecisionAction;
  readonly rule: DecisionRule;
  /** In plain words. */
  readonly reason: string;
  /** Of what was decided upon, in the data's time. */
  readonly eventTime: string;
  /** The retrain that was started or has ended. */
  readonly runId: string | null;
  /** The version that was promoted or declined. */
  readonly version: number | null;
}
