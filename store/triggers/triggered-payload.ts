/** What an outbox row of the kind `dataset` holds: the run that is to be started. */
export type TriggeredPayload = {
  readonly pipeline: string;
  readonly run: string;
  readonly config: { readonly [key: string]: string };
  /** For people, on one line. */
  readonly why: string;
};
