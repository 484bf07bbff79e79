import type { ShellEvent } from '../../core/keep/decide';
import type { Decision } from '../../core/keep/decision';
import type { Cause, CauseKind, EndStatus, KeeperEvent } from '../../core/keep/event';
import type { ModelFacts } from '../../core/keep/facts';
import type { KeeperState, Retrain } from '../../core/keep/state';
import type { RunInput } from '../../core/interpret/activity';
import type { Json } from '../../core/plan/json';

/** A keeper's memory from the records, and what it had been told but not answered. */
export type RebuiltKeeper = {
  readonly state: KeeperState;
  readonly pending: readonly Cause[];
  /** True: there is more pending than was read; ask again when these are answered. */
  readonly more: boolean;
};

/** How a retrain stands. */
export type AttendedRetrain = {
  /** The candidate, or the gate's refusal, that its run handed over. */
  readonly handed: KeeperEvent | null;
  /** How its run ended, by the records. */
  readonly ended: { readonly status: EndStatus; readonly reason: string } | null;
  /** What to start its run with; null when the records know the run. */
  readonly start: { readonly pipeline: string; readonly input: RunInput } | null;
};

/** How a promotion went, as the arbiter is told it. */
export type PromoteAnswer = ShellEvent;

/** The argument of the workflow `perennial.report-cause`. */
export type ReportCauseInput = {
  readonly model: string;
  readonly kind: CauseKind;
  readonly evidence?: Json;
  /** ISO 8601, UTC, milliseconds; without it the model's clock tells the time. */
  readonly eventTime?: string;
};

/**
 * The keeper's local activities, by the name each is registered under. A local activity is tried again until it answers
 * and may run again after a crash, so each is safe to repeat.
 */
export type KeeperActivities = {
  'perennial.keeper-state'(argument: { readonly model: string }): Promise<RebuiltKeeper>;
  /** @throws PER_KEEP_001 not retryable */
  'perennial.model-facts'(argument: { readonly model: string; readonly causeId: string | null }): Promise<ModelFacts>;
  'perennial.record-decision'(argument: { readonly decision: Decision; readonly cause: Cause | null }): Promise<void>;
  'perennial.attend-retrain'(argument: { readonly model: string; readonly retrain: Retrain }): Promise<AttendedRetrain>;
  'perennial.promote'(argument: {
    readonly decision: Decision;
    readonly version: number;
    readonly expectedSeq: number;
  }): Promise<PromoteAnswer>;
  /** @throws PER_KEEP_001 PER_KEEP_002 not retryable */
  'perennial.report-cause'(
    argument: ReportCauseInput & { readonly source: string; readonly wall: string },
  ): Promise<{ readonly id: string; readonly eventTime: string; readonly added: boolean }>;
};
