import type { Pool, PoolClient } from 'pg';
import type { StepContext } from '../../core/define/context';
import type { NoResources, Resources } from '../../core/define/resource';

/** Something that happens in the transaction that commits a step's output: with it, or not at all. */
export type Effect = (tx: PoolClient) => Promise<void>;

/** What the engine's own steps are handed beside their input. */
export interface EngineContext<R extends Resources = NoResources> extends StepContext<R> {
  readonly db: Pool;
  /** The value of a resource as the environment gives it, for code whose input names one; undefined: it has none. */
  given(resource: string): unknown;
  /**
   * Queues an effect for the transaction that commits the output. An execution that was overtaken commits nothing, so
   * the effect happens once. Not for isolated steps (PER_RUN_017): they have no part in that transaction.
   */
  inCommit(effect: Effect): void;
}
