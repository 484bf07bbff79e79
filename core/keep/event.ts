import type { Json } from '../plan/json';

// Type aliases, not interfaces: only those are assignable to Json, and all of this travels as JSON.

/** A half-open time interval `[from, to)` of ISO 8601 instants in UTC with milliseconds. */
export type TimeWindow = {
  readonly from: string;
  readonly to: string;
};

/** Every reason to retrain that the keeper knows; also the check constraint of the table `causes`. */
export const CAUSE_KINDS = ['schedule', 'drift', 'accuracy', 'business', 'new-data', 'person'] as const;
export type CauseKind = (typeof CAUSE_KINDS)[number];

/** A reason to retrain. It only reports: the keeper decides. */
export type Cause = {
  /** Derived from what is reported ({@link causeId}), so that the same report told twice is one cause. */
  readonly id: string;
  readonly kind: CauseKind;
  /** The model version the report is about; absent when it is about none (schedule, person, new data). */
  readonly version?: number;
  /** The window the report is about; absent when it is about none. */
  readonly window?: TimeWindow;
  /** When it happened in the data's time: ISO 8601, UTC, milliseconds. The keeper's rules read nothing else. */
  readonly eventTime: string;
  readonly evidence: Json;
};

/** How a run ended, as the table `runs` says it. */
export type EndStatus = 'completed' | 'failed' | 'cancelled' | 'rejected' | 'terminated' | 'timed-out' | 'vanished';

export const END_STATUSES: readonly EndStatus[] = [
  'completed',
  'failed',
  'cancelled',
  'rejected',
  'terminated',
  'timed-out',
  'vanished',
];

/** What reaches a keeper by its signal `event`. Each carries its own identity ({@link eventId}). */
export type KeeperEvent =
  | { readonly type: 'cause'; readonly cause: Cause }
  | { readonly type: 'run-ended'; readonly runId: string; readonly status: EndStatus; readonly reason: string }
  /** The step `deploy` hands over a version; `decisionId` is that of the retrain which made it. */
  | CandidateEvent
  /** The step `decline` says that the gate refused a version, and why. */
  | DeclinedEvent
  | FreezeEvent
  /** The champion was changed past the keeper; `seq` is the promotion log's new last number. */
  | { readonly type: 'rolled-back'; readonly seq: number };

export type CandidateEvent = {
  readonly type: 'candidate';
  readonly version: number;
  readonly decisionId: string;
  readonly eventTime: string;
  readonly reason: string;
};

export type DeclinedEvent = {
  readonly type: 'declined';
  readonly version: number;
  readonly decisionId: string;
  readonly eventTime: string;
  readonly reason: string;
};

/** `id` makes two presses of the same button two events, and a repeated delivery one. */
export type FreezeEvent = {
  readonly type: 'freeze' | 'unfreeze';
  readonly id: string;
  readonly by: string;
  readonly eventTime: string;
};

/**
 * The identity of an event: its outbox row's id, and what the keeper drops repeated deliveries by.
 * Unique over all models when cause and decision ids are.
 */
export function eventId(model: string, event: KeeperEvent): string {
  switch (event.type) {
    case 'cause':
      return `cause:${event.cause.id}`;
    case 'run-ended':
      return `run-ended:${event.runId}`;
    case 'candidate':
    case 'declined':
      return `${event.type}:${event.decisionId}`;
    case 'freeze':
    case 'unfreeze':
      return `${event.type}:${model}:${event.id}`;
    case 'rolled-back':
      return `rolled-back:${model}:${event.seq}`;
  }
}
