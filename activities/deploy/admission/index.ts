import type { Column, ProbeTimes } from '../../../core/signature';
import { walk } from './walk';
import { probeInChild, type ProbeLimits } from './probe';
import type { Golden } from './probe-protocol';

export { Golden } from './probe-protocol';
export { walk } from './walk';
export type { ModelFacts } from './walk';

/** What admission learnt of a model file that it admits. */
export interface AdmissionReport {
  /** The raw columns, in the graph's order. */
  readonly inputs: readonly Column[];
  readonly nodes: number;
  readonly constantBytes: number;
  readonly operatorSets: { readonly [domain: string]: number };
  /** Stored in the version's signature: serving derives from it when a process counts as stalled. */
  readonly probe: ProbeTimes;
  readonly goldenRows: number;
  /** Largest absolute difference from the golden answers; null without golden rows. */
  readonly goldenDifference: number | null;
}

/** Options of {@link admit}. */
export interface AdmitOptions {
  readonly golden?: Golden | undefined;
  readonly limits?: Partial<ProbeLimits>;
}

const SMALL_BYTES = 2 ** 21;

/**
 * Decides whether a model file may be registered: a static walk of its parts, then a run in a throw-away child process.
 * The caller's process never loads the file.
 *
 * @throws PER_MODEL_050 to PER_MODEL_060, each naming what is refused; nothing of the file has an effect.
 * @example
 * const report = await admit(await artifacts.read(digest));
 */
export async function admit(bytes: Uint8Array, options: AdmitOptions = {}): Promise<AdmissionReport> {
  // The child walks every file; a small one is walked here first, which refuses it without the cost of a process.
  if (bytes.length <= SMALL_BYTES) walk(bytes);
  const limits = { timeMs: 60_000, memoryBytes: 2 ** 30 + 8 * bytes.length, ...options.limits };
  const { loadMs, rowMs, slowestMs, ...facts } = await probeInChild(bytes, options.golden ?? null, limits);
  return { ...facts, probe: { loadMs, rowMs, slowestMs } };
}
