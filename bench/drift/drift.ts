import { join } from 'node:path';
import { z } from 'zod';
import { builtFile, packageRoot } from '../../workers/package-root';
import type { BenchOptions } from '../options';
import { measured, pythonOfPeers } from '../peers';
import { compare } from '../report';

/** What the statistics may cost at most, over what a peer needs: held against the work alone and against the whole process. */
const GOALS = { scipy: 0.1, evidently: 0.03 } as const;
type Peer = keyof typeof GOALS;
const PEERS = ['scipy', 'evidently'] as const satisfies readonly Peer[];

const NOT_MEASURED = [
  'wall time: CPU alone is compared',
  'continuous columns, with as many values as rows',
  'HTML reports, which Evidently also makes',
];

const Costs = z.object({
  version: z.string(),
  figures: z.record(z.string(), z.record(z.string(), z.number().nullable())),
  /** Of the whole process, and of the work after everything was loaded. */
  cpuSeconds: z.number(),
  workSeconds: z.number(),
  peakMiB: z.number(),
});
type Costs = z.infer<typeof Costs>;

/**
 * Drift of five columns of the flights between two months of some 500,000 rows each, from one Parquet file. Each round runs
 * Perennial, scipy by hand (the same statistics) and Evidently's default preset once, each in a process of its own. The
 * figures are compared: a faster answer to another question would be no answer.
 */
export async function drift({ runs, onLine, note }: BenchOptions): Promise<void> {
  const python = await pythonOfPeers(note);
  const file = join(packageRoot(), 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');
  const ours: Costs[] = [];
  const theirs = new Map<Peer, Costs[]>(python === null ? [] : PEERS.map((peer) => [peer, []]));
  for (let round = 0; round < runs; round++) {
    note(`drift: round ${round + 1} of ${runs}`);
    const own = await measured(Costs, process.execPath, [builtFile('bench/drift/child.js'), file]);
    ours.push(own);
    for (const [peer, costs] of theirs) {
      const other = await measured(Costs, python ?? '', [join(packageRoot(), 'bench', 'drift', 'peer.py'), peer, file]);
      requireSame(own, other);
      costs.push(other);
    }
  }
  for (const [name, unit, of] of [
    ['drift/five-columns/cpu', 'CPU s', (costs: Costs) => costs.workSeconds],
    ['drift/five-columns/cpu-of-process', 'CPU s', (costs: Costs) => costs.cpuSeconds],
    ['drift/five-columns/peak-memory', 'MiB', (costs: Costs) => costs.peakMiB],
  ] as const) {
    const values = [...theirs].map(([peer, costs]) => ({
      name: peer,
      version: costs[0]?.version ?? '',
      values: costs.map(of),
      ...(unit === 'CPU s' && { goal: GOALS[peer] }),
    }));
    onLine(compare(name, unit, ours.map(of), values, { notMeasured: NOT_MEASURED }));
  }
}

/** Evidently takes the Jensen-Shannon distance in nats; everything else goes by the same names. */
function requireSame(ours: Costs, theirs: Costs): void {
  for (const [column, figures] of Object.entries(theirs.figures)) {
    for (const [statistic, wanted] of Object.entries(figures)) {
      const inNats = statistic === 'jensen-shannon-e';
      const own = ours.figures[column]?.[inNats ? 'jensen-shannon' : statistic] ?? Number.NaN;
      const got = inNats ? own * Math.sqrt(Math.LN2) : own;
      if (wanted !== null && Math.abs(got / wanted - 1) < 1e-9) continue;
      throw new Error(`${statistic} of ${column}: ${got}, and ${wanted} by ${theirs.version}`);
    }
  }
}
