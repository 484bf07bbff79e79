/** A closed segment of the prediction log: predictions of one model, as they were answered. */
export interface SegmentRow {
  /** The segment file's name, and the part of a prediction's id before the last dot. */
  readonly id: string;
  readonly model: string;
  /** Digest of its NDJSON in the artifact store. */
  readonly artifact: string;
  readonly rows: number;
  /** Event time of its oldest and its newest row, ISO 8601 in UTC. */
  readonly event_from: string;
  readonly event_to: string;
  readonly recorded_at: string;
}
