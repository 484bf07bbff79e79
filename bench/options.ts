import type { BenchLine } from './report';

/** How a benchmark is run. Lines are handed over as they are known. */
export interface BenchOptions {
  readonly runs: number;
  readonly onLine: (line: BenchLine) => void;
  readonly note: (text: string) => void;
}
