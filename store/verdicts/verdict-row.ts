import type { Json } from '../../core/plan/json';

/** A monitor's recorded answer about one version on one window. Judged again on more labels, it is a new revision. */
export interface VerdictRow {
  readonly model: string;
  readonly monitor: string;
  readonly kind: 'drift' | 'accuracy' | 'business';
  readonly version: number;
  /** The window `[from, to)`. */
  readonly from: string;
  readonly to: string;
  readonly revision: number;
  readonly outcome: 'ok' | 'alarm' | 'insufficient';
  readonly evidence: { readonly [key: string]: Json };
  readonly run: string;
  readonly recordedAt: string;
}

/** What a verdict is about: its key without the revision. */
export type VerdictSubject = Pick<VerdictRow, 'model' | 'monitor' | 'version' | 'from' | 'to'>;
