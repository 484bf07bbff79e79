import { version } from 'typescript';
import type { BenchOptions } from '../options';
import { compare } from '../report';
import { type Cost, type Costs, measureCosts, SIZES } from './count';
import { FORMS } from './forms';

/** A node costs as much in a large pipeline as in a small one. */
export const FLAT = 1.1;
/** A call that is refused costs about what the right one does: a mistake must not make the editor slow. */
export const REFUSED = 1.2;

const NOT_MEASURED = [
  'memory',
  'a chain of more than 200 nodes, which overflows the stack of tsc',
  'the editor itself',
];
const COMPILER = `typescript ${version}`;

/** What the compiler pays for pipelines of several sizes, and for each way to write a node. Nothing is run. */
export function types({ runs, onLine, note }: BenchOptions): Promise<void> {
  const rounds = Array.from({ length: runs }, (_, i) => {
    note(`types: round ${i + 1} of ${runs}`);
    return measureCosts({ byHand: true });
  });
  const each = (cost: (costs: Costs) => Cost | undefined, what: keyof Cost): number[] =>
    rounds.map((costs) => cost(costs)?.[what] ?? Number.NaN);

  for (const [i, size] of SIZES.entries()) {
    for (const what of ['instantiations', 'ms'] as const) {
      const ours = each(({ nodes }) => nodes[i], what);
      const itself = each(({ nodes }) => nodes[0], what);
      const byHand = each((costs) => costs.byHand[i], what);
      const peers = [
        {
          name: `${SIZES[0]}-nodes`,
          version: COMPILER,
          values: itself,
          ...(what === 'instantiations' && { goal: FLAT }),
        },
        { name: 'functions-by-hand', version: COMPILER, values: byHand },
      ];
      onLine(compare(`types/${size}-nodes/${what}`, `${what} a node`, ours, peers, { notMeasured: NOT_MEASURED }));
    }
  }
  for (const { name, refused } of FORMS) {
    const ours = each(({ forms }) => forms.get(name), 'instantiations');
    const right = refused ?? 'run';
    const values = each(({ forms }) => forms.get(right), 'instantiations');
    const peers = [{ name: right, version: COMPILER, values, ...(refused && { goal: REFUSED }) }];
    onLine(
      compare(`types/${name.replace(/\W+/g, '-')}`, 'instantiations a use', ours, peers, { notMeasured: NOT_MEASURED }),
    );
  }
  return Promise.resolve();
}
