import type { Json } from '../../core/plan/json';

/** Which sensor. */
export interface SensorKey {
  readonly pipeline: string;
  readonly sensor: string;
}

/** A sensor as the records have it. */
export interface SensorRow extends SensorKey {
  readonly kind: 'files' | 'rows' | 'event';
  /** Where it looks, for people. */
  readonly source: string;
  /** ms between looks. */
  readonly every: number | null;
  readonly cursor: Json;
  readonly lookedAt: string | null;
  /** What was wrong when it looked last. */
  readonly error: string | null;
  /** When it saw something last; null: never. */
  readonly lastSeen: string | null;
  /** How many events it has seen, and how many of them started nothing, since their config was refused. */
  readonly events: number;
  readonly refused: number;
}

/** What a sensor has seen. */
export interface SensorEventRow extends SensorKey {
  readonly event: string;
  readonly payload: Json;
  readonly seenAt: string;
  readonly run: string | null;
  readonly error: string | null;
}

/** The columns of a {@link SensorEventRow}. */
export const EVENT_COLUMNS = 'pipeline, sensor, event, payload, seen_at AS "seenAt", run_id AS run, error';
