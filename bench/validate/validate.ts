import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { builtFile, packageRoot } from '../../workers/package-root';
import { besidePeers, ProcessCosts } from '../beside-peers';
import { makeFlights } from '../flights/make-flights';
import type { BenchOptions } from '../options';
import { measured } from '../peers';

/** What a validation may cost at most, over what a peer needs. */
const GOALS = { polars: 1.3, pandera: 0.6, 'great-expectations': 0.25 } as const;

const Costs = ProcessCosts.extend({
  /** Of each expectation whether it holds, and how many rows break it: null where it is not about rows. */
  verdicts: z.array(z.tuple([z.boolean(), z.number().nullable()])).length(23),
});
type Costs = z.infer<typeof Costs>;

/**
 * Twenty-three expectations of three million flights, one of which is broken. Each round runs Perennial, polars (streaming, by
 * hand), pandera and Great Expectations once, each in a process of its own, from one Parquet file. The verdicts are compared,
 * and how many rows break each.
 */
export async function validate(options: BenchOptions): Promise<void> {
  const file = await makeFlights('base', 1);
  await besidePeers(options, ['polars', 'pandera', 'great-expectations'], {
    name: 'validate/23-checks',
    goals: GOALS,
    ours: () => measured(Costs, process.execPath, [builtFile('bench/validate/child.js'), file]),
    theirs: (python, peer) =>
      measured(Costs, python, [join(packageRoot(), 'bench', 'validate', 'peer.py'), peer, file]),
    requireSame,
    notMeasured: ['wall time: CPU alone is compared', 'the report as a page'],
  });
}

function requireSame(ours: Costs, theirs: Costs): void {
  for (const [index, verdict] of ours.verdicts.entries()) {
    const other = theirs.verdicts[index];
    if (isDeepStrictEqual(verdict, other)) continue;
    throw new Error(`expectation ${index}: ${verdict.join(', ')}, and ${String(other)} by ${theirs.version}`);
  }
}
