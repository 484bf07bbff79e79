import type { BenchLine } from './report';

/** How a benchmark is run. Lines are handed over as they are known. */
export interface BenchOptions {
  readonly runs: number;
  /** The workload to run, of a benchmark that has several; absent: all. */
  readonly only?: string | undefined;
  readonly onLine: (line: BenchLine) => void;
  readonly note: (text: string) => void;
}
