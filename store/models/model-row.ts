import type { Json } from '../../core/plan/json';

/** A model version's record. Instants are ISO 8601, UTC; digests are artifacts. */
export interface ModelVersionRow {
  readonly model: string;
  readonly version: number;
  readonly artifact: string;
  readonly trainer: string;
  readonly signature: Json;
  readonly metrics: Json;
  readonly evaluation: Json;
  /** The reference profile that drift is measured against. */
  readonly reference: string;
  readonly trained_from: string;
  readonly trained_to: string;
  readonly event_time: string;
  readonly run_id: string;
  readonly address: string;
  readonly recorded_at: string;
}

/** One row of the promotion log. */
export interface PromotionRow {
  readonly model: string;
  /** 1, 2, 3, … without holes within a model. */
  readonly seq: number;
  readonly version: number;
  /** The champion before; null for the first. */
  readonly previous: number | null;
  readonly decision_id: string;
  readonly reason: string;
  readonly by: string;
  readonly event_time: string;
  readonly recorded_at: string;
}

/** A champion: the promotion that made it so, and the artifact that serves. */
export interface Champion extends PromotionRow {
  readonly artifact: string;
  readonly signature: Json;
}
