import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { builtFile, packageRoot } from '../../workers/package-root';
import { makeFlights } from '../flights/make-flights';
import type { BenchOptions } from '../options';
import { measured, pythonOfPeers } from '../peers';
import { compare } from '../report';

/** What a validation may cost at most, over what a peer needs. */
const GOALS = { pandera: 0.6, 'great-expectations': 0.25, polars: 1.3 } as const;
const PEERS = ['polars', 'pandera', 'great-expectations'] as const;
type Peer = (typeof PEERS)[number];

const NOT_MEASURED = ['wall time: CPU alone is compared', 'the report as a page'];

const Costs = z.object({
  version: z.string(),
  /** Of each expectation whether it holds, and how many rows break it: null where it is not about rows. */
  verdicts: z.array(z.tuple([z.boolean(), z.number().nullable()])).length(23),
  /** Of the whole process, and of the work after everything was loaded. */
  cpuSeconds: z.number(),
  workSeconds: z.number(),
  peakMiB: z.number(),
});
type Costs = z.infer<typeof Costs>;

/**
 * Twenty-three expectations of three million flights, one of which is broken. Each round runs Perennial, polars (streaming, by
 * hand), pandera and Great Expectations once, each in a process of its own, from one Parquet file. The verdicts are compared,
 * and how many rows break each.
 */
export async function validate({ runs, onLine, note }: BenchOptions): Promise<void> {
  const python = await pythonOfPeers(note);
  const file = await makeFlights('base', 1);
  const ours: Costs[] = [];
  const theirs = new Map<Peer, Costs[]>(python === null ? [] : PEERS.map((peer) => [peer, []]));
  for (let round = 0; round < runs; round++) {
    note(`validate: round ${round + 1} of ${runs}`);
    const own = await measured(Costs, process.execPath, [builtFile('bench/validate/child.js'), file]);
    ours.push(own);
    for (const [peer, costs] of theirs) {
      const args = [join(packageRoot(), 'bench', 'validate', 'peer.py'), peer, file];
      const other = await measured(Costs, python ?? '', args);
      requireSame(own, other);
      costs.push(other);
    }
  }
  for (const [name, unit, of] of [
    ['validate/23-checks/cpu', 'CPU s', (costs: Costs) => costs.workSeconds],
    ['validate/23-checks/cpu-of-process', 'CPU s', (costs: Costs) => costs.cpuSeconds],
    ['validate/23-checks/peak-memory', 'MiB', (costs: Costs) => costs.peakMiB],
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

/** A faster answer to another question would be no answer. */
function requireSame(ours: Costs, theirs: Costs): void {
  for (const [index, verdict] of ours.verdicts.entries()) {
    const other = theirs.verdicts[index];
    if (isDeepStrictEqual(verdict, other)) continue;
    throw new Error(`expectation ${index}: ${verdict.join(', ')}, and ${String(other)} by ${theirs.version}`);
  }
}
