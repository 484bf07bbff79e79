// Danger: somebody who mistypes a node's name is sent to look for it, or is told of a node that is somewhere else.
import { z } from 'zod';
import { pipeline, step } from '../../../core';
import { noSuchNode } from '../../../core/rerun/no-such-node';
import { outlineOf } from '../../../core/rerun/outline';

const one = step('train', { input: z.object({ n: z.number() }), output: z.number() });
const { plan } = pipeline('p', {
  config: z.object({ list: z.array(z.number()) }),
  graph: (g, { list }) => g.map('per-seed', list, (n) => g.run(one, { n })),
});
const said = (given: string, among?: readonly string[]): string => noSuchNode(given, outlineOf(plan), among).message;

it.each([
  ['trian', "did you mean 'per-seed[0]/train'? (nodes: per-seed, train)."],
  ['per-seed[3]/trian', "did you mean 'per-seed[3]/train'?"],
  ['per-sed[3]', "did you mean 'per-seed[3]'?"],
])('%s is told with the address that was probably meant', (given, text) => {
  expect(said(given)).toContain(text);
  expect(noSuchNode(given, outlineOf(plan))).toMatchObject({ code: 'PER_RUN_036' });
});

it('what is near to nothing is told without a guess, and of some only those are named', () => {
  expect(said('deploy')).toContain("There is no node 'deploy' (nodes: per-seed, train).");
  expect(said('trian', ['per-seed'])).toContain("There is no node 'trian' (nodes: per-seed).");
});
