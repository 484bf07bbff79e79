/**
 * Danger: a comparison that leaves something out says that two plans are the same, and somebody releases the second one.
 * Checked on a pipeline before and after an edit, and by laws over random plans.
 */
import fc from 'fast-check';
import { z } from 'zod';
import { gte, pipeline, step } from '../../../core';
import { planHash } from '../../../core/plan/hash';
import type { Plan } from '../../../core/plan/plan';
import { type PlanDifferences, planDifferences } from '../../../core/plan/plan-differences';
import { anyRichPlan, everywhere } from '../core/plans';

const N = z.object({ n: z.number() });
const load = step('load', { input: N, output: N });
const fit = (timeout: '1h' | '2h') => step('fit', { input: N, output: N, timeout });
const check = step('check', { input: N, output: N });
const told = step('told', { input: N, output: N });

const before = pipeline('train', {
  config: z.object({ n: z.number(), limit: z.number().default(1) }),
  graph(g, config) {
    const loaded = g.run(load, { n: config.n });
    g.run(told, { n: 1 }, { after: loaded });
    const fitted = g.run(fit('1h'), { n: loaded.n });
    return g.branch('gate', gte(fitted.n, config.limit), { then: () => g.run(load, fitted, { id: 'again' }) });
  },
}).plan;

const after = pipeline('train', {
  config: z.object({ n: z.number(), limit: z.number().default(2), seed: z.int().describe('drawn with it') }),
  onFailure: 'finish-others',
  graph(g, config) {
    const loaded = g.run(load, { n: config.seed });
    const checked = g.run(check, loaded);
    const fitted = g.run(fit('2h'), { n: checked.n });
    return g.branch('gate', gte(fitted.n, config.seed), { then: () => g.run(load, fitted, { id: 'again' }) });
  },
}).plan;

describe('an edited pipeline', () => {
  const found = planDifferences(before, after);
  const changes = (name: string) => found.nodes.changed.find((one) => one.name === name)?.differences;

  test('nodes that are new, gone and changed, each difference at its innermost place', () => {
    expect(found.same).toBe(false);
    expect(found.nodes).toMatchObject({ added: ['check'], removed: ['told'] });
    expect(found.nodes.changed.map(({ name }) => name)).toEqual(['load', 'fit', 'gate']);
    expect(changes('load')).toEqual([{ what: 'input.n', was: '"config.n"', is: '"config.seed"' }]);
    expect(changes('gate')).toEqual([{ what: 'when', was: '"fit.n ≥ config.limit"', is: '"fit.n ≥ config.seed"' }]);
  });

  test('arrows, of values and of order', () => {
    expect(found.edges).toEqual({
      added: [
        { from: 'load', to: 'check', kind: 'value' },
        { from: 'check', to: 'fit', kind: 'value' },
      ],
      removed: [
        { from: 'load', to: 'told', kind: 'order' },
        { from: 'load', to: 'fit', kind: 'value' },
      ],
    });
  });

  test('contracts: what they ask for', () => {
    expect(found.contracts).toMatchObject({ added: ['check'], removed: ['told'] });
    const [{ name, differences } = { name: '', differences: [] }] = found.contracts.changed;
    expect(name).toBe('fit');
    expect(differences).toContainEqual({ what: 'timeout', was: '3600000', is: '7200000' });
  });

  test('the config by its keys, and what a failure does', () => {
    expect(found.config).toContainEqual({ what: 'limit.default', was: '1', is: '2' });
    expect(found.config.map(({ what, was }) => [what, was])).toEqual([
      ['limit.default', '1'],
      ['seed', null],
    ]);
    expect(found.rest).toContainEqual({ what: 'onFailure', was: '"cancel"', is: '"finish-others"' });
  });
});

test('an item of another map reads the same in words, and is told apart all the same', () => {
  const plan = (map: string): Plan => ({
    ...before,
    body: {
      nodes: [{ kind: 'approval', id: 'ask', after: [], timeout: null, show: { op: 'item', map, path: [] } }],
      output: { op: 'literal', value: null },
    },
  });
  expect(planDifferences(plan('a'), plan('b')).nodes.changed).toEqual([
    { name: 'ask', differences: [{ what: 'show.map', was: '"a"', is: '"b"' }] },
  ]);
});

const count = ({ nodes, edges, contracts, config, rest }: PlanDifferences): number =>
  [
    ...[nodes, contracts].flatMap((one) => [one.added, one.removed, one.changed]),
    edges.added,
    edges.removed,
    config,
    rest,
  ]
    .map((list) => list.length)
    .reduce((sum, one) => sum + one, 0);

test('law: something is told exactly when the hashes differ', () => {
  fc.assert(
    fc.property(anyRichPlan, anyRichPlan, (a, b) => {
      expect(count(planDifferences(a, a))).toBe(0);
      expect(count(planDifferences(a, b)) > 0).toBe(planHash(a) !== planHash(b));
      expect(planDifferences(a, b).same).toBe(planHash(a) === planHash(b));
    }),
  );
});

const nothing = { op: 'literal', value: 'edited' } as const;
const EDITS: Readonly<Record<string, (plan: Plan) => Plan>> = {
  'the order of nodes': (plan) => ({ ...plan, body: { ...plan.body, nodes: plan.body.nodes.toReversed() } }),
  'the value': (plan) => ({ ...plan, body: { ...plan.body, output: nothing } }),
  tags: (plan) => everywhere(plan, (node) => ({ ...node, tags: ['edited'] })),
  inputs: (plan) => everywhere(plan, (node) => (node.kind === 'step' ? { ...node, input: nothing } : node)),
  conditions: (plan) => everywhere(plan, (node) => (node.kind === 'branch' ? { ...node, when: nothing } : node)),
  'bodies of maps': (plan) =>
    everywhere(plan, (node) => (node.kind === 'map' ? { ...node, body: { ...node.body, output: nothing } } : node)),
  'the config': (plan) => ({ ...plan, config: { type: 'object', properties: { edited: {} } } }),
  'what a failure does': (plan) => ({ ...plan, onFailure: plan.onFailure === 'cancel' ? 'finish-others' : 'cancel' }),
  contracts: (plan) => ({
    ...plan,
    steps: Object.fromEntries(Object.entries(plan.steps).map(([name, one]) => [name, { ...one, timeout: 7 }])),
  }),
};

test.each(Object.entries(EDITS))('law: an edit of %s alone is told', (_what, edited) => {
  fc.assert(
    fc.property(anyRichPlan, (plan) => {
      const after = edited(plan);
      expect(count(planDifferences(plan, after)) > 0).toBe(planHash(plan) !== planHash(after));
    }),
  );
});

test('law: the other way round what was added is gone', () => {
  fc.assert(
    fc.property(anyRichPlan, anyRichPlan, (a, b) => {
      const [there, back] = [planDifferences(a, b), planDifferences(b, a)];
      expect([...there.nodes.added].sort()).toEqual([...back.nodes.removed].sort());
      expect(there.edges.added).toEqual(back.edges.removed);
    }),
  );
});
