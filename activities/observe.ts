import type { Decision } from '../core/keep/decision';
import type { EndStatus } from '../core/keep/event';

/** A node whose output the cache had. */
export interface SeenHit {
  /** As of an execution. */
  readonly workflow: string;
  /** The hash of the run's plan; empty: it is not known. */
  readonly plan: string;
  readonly step: string;
  readonly pool: string;
}

/** Hears what the engine's own activities do, once for what is recorded once; it may not fail. */
export interface EngineObserver {
  /** The cache had the output of a node of another pool: no worker of that pool was asked. */
  hit(node: SeenHit): void;
  /** A run has ended in its record. */
  runEnded(run: { readonly run: string; readonly pipeline: string; readonly status: EndStatus }): void;
  /** A keeper's decision is in the records. */
  decided(decision: Pick<Decision, 'model' | 'action' | 'rule'>): void;
}
