import { join } from 'node:path';
import { z } from 'zod';
import { builtFile, packageRoot } from '../../workers/package-root';
import { besidePeers, ProcessCosts } from '../beside-peers';
import type { BenchOptions } from '../options';
import { measured } from '../peers';

/** What the statistics may cost at most, over what a peer needs: held against the work alone and against the whole process. */
const GOALS = { scipy: 0.1, evidently: 0.03 } as const;

const NOT_MEASURED = [
  'wall time: CPU alone is compared',
  'continuous columns, with as many values as rows',
  'HTML reports, which Evidently also makes',
];

const Costs = ProcessCosts.extend({
  figures: z.record(z.string(), z.record(z.string(), z.number().nullable())),
});
type Costs = z.infer<typeof Costs>;

/**
 * Drift of five columns of the flights between two months of some 500,000 rows each, from one Parquet file. Each round runs
 * Perennial, scipy by hand (the same statistics) and Evidently's default preset once, each in a process of its own. The
 * figures are compared.
 */
export async function drift(options: BenchOptions): Promise<void> {
  const file = join(packageRoot(), 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');
  await besidePeers(options, ['scipy', 'evidently'], {
    name: 'drift/five-columns',
    goals: GOALS,
    ours: () => measured(Costs, process.execPath, [builtFile('bench/drift/child.js'), file]),
    theirs: (python, peer) => measured(Costs, python, [join(packageRoot(), 'bench', 'drift', 'peer.py'), peer, file]),
    requireSame,
    notMeasured: NOT_MEASURED,
  });
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
