/** What a person answered, and the value of an approval node. */
export interface Approval {
  readonly approved: boolean;
  /** Who answered, from the API token; `time-out` when nobody did in time. */
  readonly by: string;
  readonly note: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
}
