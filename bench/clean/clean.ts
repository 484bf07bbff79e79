import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { withDuckdb } from '../../activities/data/duckdb';
import { builtFile, packageRoot } from '../../workers/package-root';
import { besidePeers, linesOf, ProcessCosts } from '../beside-peers';
import { makeFlights } from '../flights/make-flights';
import type { BenchOptions } from '../options';
import { measured } from '../peers';

/** What cleaning may cost at most, over what a peer needs; ten times the rows over three million of them. */
const GOALS = { polars: 1.2, pandas: 0.6 } as const;
const TENFOLD = 11;

const NOT_MEASURED = [
  'wall time: CPU alone is compared',
  'the report with rows before and after, and how many each rule touched: Perennial makes it, the peers do not',
];

/**
 * Cleaning and quarantine of three million flights that went through an export: dates in text, blanks, lower case, what is no
 * airport, rows twice. Each round runs Perennial, polars (streaming) and pandas once, each in a process of its own, from one
 * Parquet file to two. The rows that come out are compared. `--only 30m` cleans ten times as many, without peers.
 */
export async function clean(options: BenchOptions): Promise<void> {
  if (options.only === '30m') return cleanTenfold(options);
  const file = await makeFlights('dirty', 1);
  await besidePeers(options, ['polars', 'pandas'], {
    name: 'clean/3m',
    goals: GOALS,
    ours: () => one(process.execPath, [CHILD, file]),
    theirs: (python, peer) => one(python, [join(packageRoot(), 'bench', 'clean', 'peer.py'), peer, file]),
    requireSame,
    notMeasured: NOT_MEASURED,
  });
}

const CHILD = builtFile('bench/clean/child.js');

async function cleanTenfold({ runs, onLine, note }: BenchOptions): Promise<void> {
  const [small, large] = [await makeFlights('dirty', 1), await makeFlights('dirty', 10)];
  const costs: Record<'small' | 'large', Outcome[]> = { small: [], large: [] };
  for (let round = 0; round < runs; round++) {
    note(`clean/30m: round ${round + 1} of ${runs}`);
    costs.small.push(await one(process.execPath, [CHILD, small]));
    costs.large.push(await one(process.execPath, [CHILD, large]));
  }
  const three = { name: 'perennial-3m', costs: costs.small, goal: TENFOLD };
  for (const line of linesOf('clean/30m', costs.large, [three], NOT_MEASURED)) onLine(line);
}

const Costs = ProcessCosts.extend({ counts: z.record(z.string(), z.number()) });

interface Outcome extends z.infer<typeof Costs> {
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
    return { ...costs, sums };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function requireSame(ours: Outcome, theirs: Outcome): void {
  const [own, other] = [ours, theirs].map(({ counts, sums }) => ({ ...counts, ...sums }));
  if (isDeepStrictEqual(own, other)) return;
  throw new Error(`${JSON.stringify(own)}, and ${JSON.stringify(other)} by ${theirs.version}`);
}
