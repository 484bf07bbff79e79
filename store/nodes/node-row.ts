import type { Paused } from '../../core/interpret/intervention';
import type { Json } from '../../core/plan/json';
import type { PlanNode } from '../../core/plan/plan';

/** A node of a run. */
export interface NodePlace {
  readonly run: string;
  readonly address: string;
}

/** Why a node's output came from the cache, or why it did not. */
export type CacheReason = { readonly hit: true; readonly from: NodePlace } | CacheMiss;

/** Why a node had to run. */
export interface CacheMiss {
  readonly hit: false;
  /**
   * What kept the nearest earlier output of the step from being used: `code`, `input`, `environment`, `artifact` (a blob
   * of it is missing or corrupt); `first` when there is none; `off`.
   */
  readonly differed: readonly string[];
  /** Whose output that was: the step's newest at the same address, else its newest. */
  readonly against?: NodePlace;
  /** Of the parts that differed, the digests then and now. The input's are told by the nodes' own records. */
  readonly was?: Partial<CacheParts>;
  readonly is?: Partial<CacheParts>;
  /** The blob that is missing or corrupt. */
  readonly artifact?: string;
}

/** What went wrong, as records keep it. */
export interface RecordedError {
  /** A stable code of docs/ERRORS.md, or the name of the error class of a step's code. */
  readonly type: string;
  readonly message: string;
  readonly fault: 'user' | 'engine';
  readonly retryable: boolean;
  /** How long the next execution is waited for, ms, where the step's own code said so. */
  readonly nextDelay?: number;
  /** Address of what failed, where that is another node: inside of this one, or one that this one waited for. */
  readonly of?: string;
  /** Where the step's code threw it, like `pipelines/churn/steps.cpu.ts:12`, from the project's folder. */
  readonly at?: string;
}

/** A node's record. */
export interface NodeRow {
  readonly run_id: string;
  readonly address: string;
  readonly node: string;
  readonly kind: PlanNode['kind'];
  readonly step: string | null;
  readonly pool: string | null;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled' | 'waiting' | 'skipped';
  readonly fence: number;
  readonly input: Json;
  /** null while nothing is committed, and also for a committed JSON null: `status` tells them apart. */
  readonly output: Json;
  readonly error: RecordedError | null;
  readonly cache: CacheReason | null;
  /** The run that executed it, when a rerun took it over from there; null: this run did. */
  readonly reused_from: string | null;
  /** Who gave its output in place of an execution, and why; null: nobody did. */
  readonly given: Paused | null;
  readonly first_claimed: string;
  readonly ended_at: string | null;
}

/** Which execution of which node a claim is about. */
export interface Claimant {
  readonly run: string;
  readonly address: string;
  readonly node: string;
  readonly step: string;
  readonly pool: string;
  readonly input: Json;
  /** The worker that executes: host and process. */
  readonly worker: string;
  /** The device that it has for itself, as CUDA_VISIBLE_DEVICES names it; null: none. */
  readonly device: string | null;
  /** Temporal's attempt number, for information only: it does not fence. */
  readonly attempt: number;
}

/** What an execution used. Times in ms, memory in bytes. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakRss: number | null;
  readonly gpuMs: number;
  /** True when CPU was shared out by wall time rather than measured. */
  readonly estimated: boolean;
}

/** A cache entry to store with a commit; `parts` are the digests that the key is made of. */
export interface NewCacheEntry {
  readonly key: string;
  readonly step: string;
  readonly parts: CacheParts;
}

/** Digests of what a step's output depends on. */
export interface CacheParts {
  readonly code: string;
  readonly input: string;
  readonly environment: string;
}
