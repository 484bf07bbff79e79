/** A partition of a pipeline by the days or months of a time zone. */
export interface TimePartitions {
  readonly kind: 'daily' | 'monthly';
  /** Key of the first one: `2026-01-05`, of months `2026-01`. */
  readonly from: string;
  /** An IANA name. */
  readonly timezone: string;
}

/** A partition of a pipeline by names. */
export interface KeyPartitions<K extends string = string> {
  readonly kind: 'keys';
  readonly keys: readonly K[];
}

/** How the data that a pipeline works on is parted: each part has a key, a run of its own, and a place in the ledger. */
export type Partitions<K extends string = string> = TimePartitions | KeyPartitions<K>;

/** A day or a month, with its half-open window `[from, to)`: instants in ISO 8601, UTC, with milliseconds. */
export interface TimePartition {
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

/** One of the names. */
export interface KeyPartition<K extends string = string> {
  readonly key: K;
}

/** What a run of a pipeline so parted is handed. */
export type PartitionOf<P> = P extends TimePartitions
  ? TimePartition
  : P extends KeyPartitions<infer K>
    ? KeyPartition<K>
    : never;
