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
  /** Medians of the parts that a cost is made of, by who was measured. */
  readonly detail?: Readonly<Record<string, Readonly<Record<string, number>>>>;
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

/** What a peer's rounds cost. */
export interface PeerCosts {
  readonly name: string;
  readonly version: string;
  readonly values: readonly number[];
  /** The most that the ratio should be. */
  readonly goal?: number | undefined;
}

/** Compares lists of costs that were taken in turn. */
export function compare(
  name: string,
  unit: string,
  ours: readonly number[],
  peers: readonly PeerCosts[],
  more: { readonly notMeasured?: readonly string[]; readonly detail?: BenchLine['detail'] } = {},
): BenchLine {
  const perennial = spread(ours);
  const others = peers.map((peer) => ({ ...peer, costs: spread(peer.values) }));
  return {
    name,
    runs: ours.length,
    unit,
    perennial,
    peers: Object.fromEntries(others.map((peer) => [peer.name, { ...peer.costs, version: peer.version }])),
    ratios: Object.fromEntries(others.map((peer) => [peer.name, round(perennial.median / peer.costs.median)])),
    goals: Object.fromEntries(others.flatMap(({ name: of, goal }) => (goal === undefined ? [] : [[of, round(goal)]]))),
    ...(more.detail && { detail: more.detail }),
    notMeasured: more.notMeasured ?? [],
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
  const parts = Object.entries(line.detail ?? {}).map(
    ([who, detail]) =>
      `\n    ${who.padEnd(24)} ${Object.entries(detail)
        .map(([part, cost]) => `${part} ${cost}`)
        .join(', ')}`,
  );
  return `${line.name.padEnd(36)} ${own}; ${peers.join('; ')}; n=${line.runs}${parts.join('')}`;
}

function machine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cores.length} x ${cores[0]?.model.trim() ?? 'CPU'}, ${memory} GiB, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
