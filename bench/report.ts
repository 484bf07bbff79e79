import { cpus, totalmem } from 'node:os';

/** Lowest, middle and highest of the runs. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One line of a benchmark's outcome: the form that docs and tools read. */
export interface BenchLine {
  readonly name: string;
  readonly runs: number;
  readonly unit: string;
  readonly perennial: Spread;
  readonly peers: Readonly<Record<string, Spread & { readonly version: string }>>;
  /** Perennial's cost over the peer's: smaller is better. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Upper bounds for the ratios; a benchmark without a stated goal has none. */
  readonly goals: Readonly<Record<string, number>>;
  readonly notMeasured: readonly string[];
  readonly machine: string;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
  return { median: round(median), min: round(sorted[0] ?? Number.NaN), max: round(sorted.at(-1) ?? Number.NaN) };
}

/** Compares two lists of costs, taken alternately in one run. */
export function compare(
  name: string,
  unit: string,
  ours: readonly number[],
  peer: { readonly name: string; readonly version: string; readonly values: readonly number[] },
  options: { readonly goal?: number; readonly notMeasured?: readonly string[] } = {},
): BenchLine {
  const perennial = spread(ours);
  const other = spread(peer.values);
  return {
    name,
    runs: ours.length,
    unit,
    perennial,
    peers: { [peer.name]: { ...other, version: peer.version } },
    ratios: { [peer.name]: round(perennial.median / other.median) },
    goals: options.goal === undefined ? {} : { [peer.name]: options.goal },
    notMeasured: options.notMeasured ?? [],
    machine: machine(),
  };
}

/** One line a comparison, for people. */
export function printLine(line: BenchLine): string {
  const peers = Object.entries(line.peers).map(([name, peer]) => {
    const goal = line.goals[name] === undefined ? '' : ` (goal: at most ${line.goals[name]})`;
    return `${name} ${peer.median} [${peer.min}, ${peer.max}] ${line.unit}, ratio ${line.ratios[name] ?? '-'}${goal}`;
  });
  const own = `perennial ${line.perennial.median} [${line.perennial.min}, ${line.perennial.max}] ${line.unit}`;
  return `${line.name.padEnd(28)} ${own}; ${peers.join('; ')}; n=${line.runs}`;
}

function machine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cores.length} x ${cores[0]?.model.trim() ?? 'CPU'}, ${memory} GiB, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
