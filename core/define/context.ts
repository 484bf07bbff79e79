import type { Json } from '../plan/json';
import type { NoResources, Resources, ResourceValues } from './resource';

/** What kinds of blob the artifact store keeps. */
export type ArtifactKind = 'dataset' | 'model' | 'report' | 'predictions' | 'json' | 'source';

/** Immutable blobs, each named by its SHA-256 in hex. A blob is whole or not there at all. */
export interface ArtifactStore {
  /** Copies a file into the store. Returns its digest once the bytes are on disk and recorded. */
  putFile(path: string, kind: ArtifactKind): Promise<string>;
  /** Stores bytes. Returns their digest once they are on disk and recorded. */
  putBytes(bytes: Uint8Array, kind: ArtifactKind): Promise<string>;
  /** A path to read the blob from. Throws, naming the digest, when it is missing or its bytes do not have the digest. */
  pathOf(digest: string): Promise<string>;
  /** The blob's bytes. Throws as {@link pathOf} does. */
  read(digest: string): Promise<Buffer>;
}

/** The lines a step writes: fields first, then the message. Run, node and execution are on each line already. */
export interface StepLog {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What a step's code is handed beside its input. */
export interface StepContext<R extends Resources = NoResources> {
  readonly run: string;
  /** The node's place in the run: `train`, `per-seed[3]/train`. */
  readonly address: string;
  /** Number of this execution's claim; it only grows. 0 for light steps, which claim at their end. */
  readonly fence: number;
  /** `run/address`: the key to hand to other systems, so that an effect that is repeated is recognised. */
  readonly key: string;
  /** Aborts when the execution is cancelled or its time is up. */
  readonly signal: AbortSignal;
  /** The GPU that is this execution's own, as CUDA_VISIBLE_DEVICES names it (docs/OPERATIONS.md); null: none. */
  readonly device: string | null;
  readonly log: StepLog;
  /** Reports progress; the newest value travels with the heartbeat. */
  progress(value: Json): void;
  readonly artifacts: ArtifactStore;
  /** The values of the resources that the contract lists, under the same names. */
  readonly resources: ResourceValues<R>;
}
