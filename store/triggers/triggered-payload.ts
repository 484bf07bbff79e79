import type { Json } from '../../core/plan/json';

/** What an outbox row of the kind `dataset` or `sensor` holds: the run that is to be started. */
export type TriggeredPayload = {
  readonly pipeline: string;
  readonly run: string;
  readonly config: { readonly [key: string]: Json };
  /** For people, on one line. */
  readonly why: string;
};
