import type { Decision } from '../core/keep/decision';
import type { EndStatus } from '../core/keep/event';

/** Hears what the engine's own activities do, once for what is recorded once; it may not fail. */
export interface EngineObserver {
  /** The cache had the output of a node of another pool: no worker of that pool was asked. */
  hit(node: { readonly workflow: string; readonly step: string; readonly pool: string }): void;
  /** A run has ended in its record. */
  runEnded(run: { readonly run: string; readonly pipeline: string; readonly status: EndStatus }): void;
  /** A keeper's decision is in the records. */
  decided(decision: Pick<Decision, 'model' | 'action' | 'rule'>): void;
}
