import type { RolloutStage } from '../rollout/roll-out';
import type { Decision } from './decision';

/** What a model's definition says about retraining. Durations in ms. */
export type KeeperPolicy = {
  /** Event time that must pass after a retrain before the next. */
  readonly cooldown: number;
  /** At most so many retrains within a period of event time; null: no limit. */
  readonly budget: { readonly retrains: number; readonly period: number } | null;
};

/** What the arbiter is told beside the event: read from the project and the records when the event is handled. */
export type ModelFacts = {
  readonly model: string;
  readonly policy: KeeperPolicy;
  readonly rollout: readonly RolloutStage[];
  /** Who serves now, by the promotion log; `seq` is its last number. */
  readonly champion: { readonly version: number; readonly seq: number } | null;
  /** For a cause: what the records already say about it (a keeper that crashed had got this far); null: nothing. */
  readonly recorded: RecordedAnswer | null;
};

/** A decision on a cause that is in the records already. */
export type RecordedAnswer = {
  readonly decision: Decision;
  /** True when its retrain has been closed by a promotion or a decline. */
  readonly closed: boolean;
  /** The promotion log's last number when it was decided; 0 before the first. */
  readonly basis: number;
};
