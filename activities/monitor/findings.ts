import type { Json } from '../../core/plan/json';

/** What a monitor makes of one version on one window, before it is recorded. */
export interface Finding {
  readonly outcome: 'ok' | 'alarm' | 'insufficient';
  readonly evidence: { readonly [key: string]: Json };
  /** The value of the business metric, where the monitor has one. */
  readonly point?: { readonly metric: string; readonly value: number };
}

/** A figure as evidence: nine significant digits, so that the same window tells the same. */
export function figure(value: number): number {
  return Number(value.toPrecision(9));
}

/** Too little to judge on. */
export function insufficient(why: string, evidence: Finding['evidence']): Finding {
  return { outcome: 'insufficient', evidence: { ...evidence, why } };
}
