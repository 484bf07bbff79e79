/** Danger: a plan whose lines do not say what stands inside what: a step of a map's body looks like one that runs once. */
import { z } from 'zod';
import { planText } from '../../../cli/verbs/plan';
import { gte, pipeline, step } from '../../../core';

const N = z.object({ n: z.number() });
const plus = step('plus', { input: N, output: N });
const { plan } = pipeline('nests', {
  config: N,
  graph(g, { n }) {
    g.branch('gate', gte(n, 1), {
      then: () => g.map('each', [1, 2], (item) => g.run(plus, { n: item })),
      else: () => g.run(plus, { n }, { id: 'other' }),
    });
    return g.run(plus, { n }, { id: 'last' });
  },
});

test.each([null, 80])('nodes are indented below what they stand in, in a terminal (%j columns) too', (width) => {
  const lines = planText('h', plan, width).split('\n');
  const head = lines.findIndex((line) => line.trim().startsWith('node'));
  const start = lines[head]?.indexOf('node') ?? 0;
  const nodes = lines.slice(head + 1).map((line) => /^ *\S+/.exec(line.slice(start))?.[0]);
  expect(nodes).toEqual(['gate', '  each', '    plus', '  other', 'last']);
});
