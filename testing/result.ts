import type { ArtifactStore, EndStatus, Json, StepContract, StepOutputOf } from '../core';
import type { Failure, NodeNote } from '../core/interpret';

/** One try of one node. */
export interface LocalExecution {
  /** Inside a called run behind the address of the call: `score/train`. */
  readonly address: string;
  readonly node: string;
  readonly step: string;
  /** 1 for the first. */
  readonly execution: number;
  readonly input: Json;
  /** Virtual ms since the run's begin. */
  readonly started: number;
  /** null: the run ended before it did. */
  readonly ended: number | null;
  readonly outcome: 'committed' | 'failed' | 'cancelled' | null;
  readonly output: Json;
  readonly failure: Failure | null;
  /** What its code reported as progress. */
  readonly progress: readonly Json[];
}

/** A node as the records would hold it. One that never began is not among them, unless something was said of it. */
export interface LocalNode {
  readonly address: string;
  readonly node: string;
  readonly kind: NodeNote['kind'];
  readonly status: NodeNote['status'];
  readonly input: Json;
  readonly output: Json;
  readonly failure: Failure | null;
  /** Virtual ms since the run's begin. */
  readonly started: number;
  readonly ended: number | null;
}

/** An answer that was not taken. */
export interface RefusedAnswer {
  readonly address: string;
  readonly by: string;
  readonly code: string;
  readonly message: string;
}

/** What became of a run in this process. A run that failed is a result like another. */
export interface LocalRun<Out> {
  readonly status: EndStatus;
  /** Why it did not complete. */
  readonly reason: string | null;
  readonly failure: Failure | null;
  /** Of a run that did not complete: null. */
  readonly output: Out | null;
  /** Virtual ms from begin to end. */
  readonly duration: number;
  /** In the order in which they began, those of shards and called runs among them. */
  readonly executions: readonly LocalExecution[];
  /** By address; those of called runs stand behind the address of the call. */
  readonly nodes: ReadonlyMap<string, LocalNode>;
  readonly refused: readonly RefusedAnswer[];
  readonly artifacts: ArtifactStore;
  /**
   * The run's value.
   *
   * @throws PER_RUN_082 when it did not complete
   */
  value(): Out;
  /**
   * What a step gave at an address, as its contract types it.
   *
   * @throws PER_RUN_083 when there is no output, or one that is not of this contract
   */
  outputOf<S extends StepContract>(address: string, step: S): StepOutputOf<S>;
}
