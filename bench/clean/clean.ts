import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { withDuckdb } from '../../activities/data/duckdb';
import { builtFile, packageRoot } from '../../workers/package-root';
import { type Copies, makeFlights } from '../flights/make-flights';
import type { BenchOptions } from '../options';
import { measured, pythonOfPeers } from '../peers';
import { compare } from '../report';

/** What cleaning may cost at most, over what a peer needs; ten times the rows over three million of them. */
const GOALS = { polars: 1.2, pandas: 0.6, tenfold: 11 } as const;
const PEERS = ['polars', 'pandas'] as const;
type Peer = (typeof PEERS)[number];

const NOT_MEASURED = [
  'wall time: CPU alone is compared',
  'the report with rows before and after, and how many each rule touched: Perennial makes it, the peers do not',
];

const Costs = z.object({
  version: z.string(),
  counts: z.record(z.string(), z.number()),
  /** Of the whole process, and of the work after everything was loaded. */
  cpuSeconds: z.number(),
  workSeconds: z.number(),
  peakMiB: z.number(),
});
type Costs = z.infer<typeof Costs>;

const FIGURES = [
  ['cpu', 'CPU s', (costs: Costs) => costs.workSeconds],
  ['cpu-of-process', 'CPU s', (costs: Costs) => costs.cpuSeconds],
  ['peak-memory', 'MiB', (costs: Costs) => costs.peakMiB],
] as const;

/**
 * Cleaning and quarantine of three million flights that went through an export: dates in text, blanks, lower case, what is no
 * airport, rows twice. Each round runs Perennial, polars (streaming) and pandas once, each in a process of its own, from one
 * Parquet file to two. The rows that come out are compared. `--only 30m` cleans ten times as many, without peers.
 */
export async function clean({ runs, only, onLine, note }: BenchOptions): Promise<void> {
  const python = only === '30m' ? null : await pythonOfPeers(note);
  const file = await makeFlights('dirty', 1);
  const ours: Costs[] = [];
  const theirs = new Map<Peer, Costs[]>(python === null ? [] : PEERS.map((peer) => [peer, []]));
  const large: Costs[] = [];
  for (let round = 0; round < runs; round++) {
    note(`clean: round ${round + 1} of ${runs}`);
    const own = await one(process.execPath, [builtFile('bench/clean/child.js'), file]);
    ours.push(own.costs);
    for (const [peer, costs] of theirs) {
      const other = await one(python ?? '', [join(packageRoot(), 'bench', 'clean', 'peer.py'), peer, file]);
      requireSame(own, other);
      costs.push(other.costs);
    }
    if (only === '30m') large.push(await cleanLarge());
  }
  for (const [name, unit, of] of FIGURES) {
    const values = [...theirs].map(([peer, costs]) => ({
      name: peer,
      version: costs[0]?.version ?? '',
      values: costs.map(of),
      ...(unit === 'CPU s' && { goal: GOALS[peer] }),
    }));
    onLine(compare(`clean/3m/${name}`, unit, ours.map(of), values, { notMeasured: NOT_MEASURED }));
    if (large.length === 0) continue;
    const small = {
      name: 'perennial-3m',
      version: '',
      values: ours.map(of),
      ...(unit === 'CPU s' && { goal: GOALS.tenfold }),
    };
    onLine(compare(`clean/30m/${name}`, unit, large.map(of), [small], { notMeasured: NOT_MEASURED }));
  }
}

async function cleanLarge(): Promise<Costs> {
  const copies: Copies = 10;
  const file = await makeFlights('dirty', copies);
  return (await one(process.execPath, [builtFile('bench/clean/child.js'), file])).costs;
}

interface Outcome {
  readonly costs: Costs;
  /** What the clean rows add up to, read from the file that was written. */
  readonly sums: Readonly<Record<string, string>>;
}

const Sums = z.record(z.string(), z.string());

async function one(program: string, args: readonly string[]): Promise<Outcome> {
  const folder = await mkdtemp(join(packageRoot(), '.perennial', 'bench', 'clean-'));
  try {
    const costs = await measured(Costs, program, [...args, folder]);
    const path = join(folder, 'clean.parquet');
    const signal = new AbortController().signal;
    const sums = await withDuckdb({ scratch: folder, reads: [path], signal }, (duck) =>
      duck.row(
        Sums,
        `SELECT sum(id)::VARCHAR AS id, sum(delay)::VARCHAR AS delay, sum(distance)::VARCHAR AS distance,
           sum(epoch_us(date)::HUGEINT)::VARCHAR AS date, count(DISTINCT origin)::VARCHAR AS origins
         FROM read_parquet($path)`,
        { path },
      ),
    );
    return { costs, sums };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A faster answer to another question would be no answer. */
function requireSame(ours: Outcome, theirs: Outcome): void {
  const [own, other] = [ours, theirs].map(({ costs, sums }) => ({ ...costs.counts, ...sums }));
  if (isDeepStrictEqual(own, other)) return;
  throw new Error(`${JSON.stringify(own)}, and ${JSON.stringify(other)} by ${theirs.costs.version}`);
}
