import { z } from 'zod';
import type { SqlValues } from '../data/duckdb';

/** A figure that an aggregate gives: counts and means, extremes as text, null over no rows. */
export const Figure = z.union([z.number(), z.string(), z.null()]);
export type Figure = z.infer<typeof Figure>;

/** How an expectation turned out: what was seen, and the rows that break it (null where it is not about rows). */
export interface Judged {
  readonly passed: boolean;
  readonly observed: Figure;
  readonly violations: number | null;
}

/** An expectation as aggregates over all rows, and the judgement over what they give. */
export interface Compiled {
  readonly text: string;
  /** SQL aggregates; the figures come in this order. */
  readonly aggregates: readonly string[];
  readonly values: SqlValues;
  judge(figures: readonly Figure[]): Judged;
}

/** `min <= value <= max`, either open; null is in no range. */
export function within(value: Figure, min: number | undefined, max: number | undefined): boolean {
  return typeof value === 'number' && value >= (min ?? -Infinity) && value <= (max ?? Infinity);
}

/** "from 1 to 5", "at least 1", "at most 5". */
export function bounds(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `from ${min} to ${max}`;
  return min !== undefined ? `at least ${min}` : max !== undefined ? `at most ${max}` : 'anything';
}

/** A count that an aggregate gave. */
export function asCount(figure: Figure | undefined): number {
  return typeof figure === 'number' ? figure : 0;
}
