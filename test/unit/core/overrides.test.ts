// Danger: an override that is lost on its way, that reaches other uses of the step, or that changes the name of plans
// that have none; one that cannot be had and is found out only by running it.
import { z } from 'zod';
import { eq, type Graph, pipeline, planHash, step, type StepContract } from '../../../core';
import { findingsOf } from '../../../core/checks';
import { stepAt } from '../../../core/interpret';
import type { Plan, PlanNode } from '../../../core/plan/plan';
import { codeOf } from './code-of';
import { planOf } from './plans';

const io = { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) };
const retry = { attempts: 5, firstDelay: '1m', factor: 3, maxDelay: '1h', never: ['BadDataset'] } as const;
const heavy = step('heavy', { ...io, timeout: '1h', retry, priority: 4, tags: ['team:risk'] });
const tiny = step('tiny', { ...io, light: true });
const sub = pipeline('sub', { config: z.object({}), graph: (g) => g.run(tiny, { n: 1 }) });

const planWith = (write: (g: Graph) => unknown): Plan => pipeline('p', { config: z.object({}), graph: write }).plan;

describe('what a node asks for instead of its contract', () => {
  it("counts for that node alone, and what it leaves out is the contract's", () => {
    const plan = planWith((g) => [
      g.run(heavy, { n: 1 }, { id: 'usual' }),
      g.run(heavy, { n: 1 }, { id: 'other', timeout: '2h', retry: { attempts: 1 }, cache: false, priority: 1 }),
    ]);
    expect(stepAt(plan, 'usual').step).toEqual(plan.steps['heavy']);
    expect(stepAt(plan, 'other').step).toEqual({
      ...plan.steps['heavy'],
      timeout: 7_200_000,
      retry: { attempts: 1, firstDelay: 60_000, factor: 3, maxDelay: 3_600_000, never: ['BadDataset'] },
      cache: false,
      priority: 1,
    });
  });

  it('never leaves the longest wait below the first', () => {
    const short = step('short', io);
    const plan = planWith((g) => g.run(short, { n: 1 }, { retry: { firstDelay: '5m' } }));
    expect(stepAt(plan, 'short').step.retry).toMatchObject({ firstDelay: 300_000, maxDelay: 300_000 });
  });

  it('leaves no trace in a plan where it is not given', () => {
    const plain = step('plain', io);
    const bare = planWith((g) => g.run(plain, { n: 1 }));
    expect(bare.body.nodes).toEqual([
      { kind: 'step', id: 'plain', step: 'plain', input: { op: 'literal', value: { n: 1 } }, after: [] },
    ]);
    expect(Object.keys(bare.steps['plain'] ?? {})).not.toContain('priority');
    expect(Object.keys(bare.steps['plain'] ?? {})).not.toContain('tags');
    expect(planHash(planWith((g) => g.run(plain, { n: 1 }, { tags: [] })))).toBe(planHash(bare));
    expect(planHash(planWith((g) => g.run(plain, { n: 1 }, { tags: ['a'] })))).not.toBe(planHash(bare));
  });

  it('adds its tags to those of the contract, whose digest has neither tags nor priority in it', () => {
    const plan = planWith((g) => g.run(heavy, { n: 1 }, { tags: ['nightly', 'team:risk'] }));
    expect(stepAt(plan, 'heavy').step.tags).toEqual(['team:risk', 'nightly']);
    const same = step('heavy', { ...io, timeout: '1h', retry });
    expect(planWith((g) => g.run(same, { n: 1 })).steps['heavy']?.contract).toBe(plan.steps['heavy']?.contract);
  });

  it('hands a priority to the steps and calls inside, where they have none of their own; not to light ones', () => {
    const plan = planWith((g) =>
      g.map(
        'each',
        [1],
        (n) => [
          g.run(heavy, { n }, { id: 'urgent' }),
          g.run(heavy, { n }, { id: 'own', priority: 5 }),
          g.run(tiny, { n }),
          g.call(sub, {}),
          g.branch('gate', eq(n, 1), { then: () => g.run(heavy, { n }, { id: 'deep' }) }, { priority: 1 }),
        ],
        { priority: 2 },
      ),
    );
    const after = planWith((g) => [g.map('each', [1], () => null, { priority: 2 }), g.run(heavy, { n: 1 })]);
    expect(['urgent', 'own', 'tiny', 'deep'].map((id) => stepAt(plan, id).step.priority)).toEqual([2, 5, undefined, 1]);
    const [map] = plan.body.nodes;
    const call = map?.kind === 'map' ? map.body.nodes.find(({ kind }) => kind === 'call') : undefined;
    expect(call).toMatchObject({ id: 'sub', priority: 2 });
    expect(stepAt(after, 'heavy').step.priority).toBe(4);
  });
});

describe('checks of what a node asks for', () => {
  const use = (fields: object): PlanNode => ({
    ...{ kind: 'step', id: 'one', step: 'noop', input: { op: 'literal', value: 1 }, after: [] },
    ...fields,
  });
  const codes = (node: PlanNode, light = false): unknown[] => {
    const plan = planOf({ nodes: [node], output: { op: 'output', node: 'one', path: [] } });
    const noop = plan.steps['noop'];
    const steps = noop ? { noop: { ...noop, light } } : {};
    return findingsOf({ ...plan, steps }).map(({ code, node: id, repair }) => [code, id, repair.length > 0]);
  };

  it.each<[string, object, string]>([
    ['a priority of none of the five', { priority: 6 }, 'PER_DEF_020'],
    ['half a priority', { priority: 1.5 }, 'PER_DEF_020'],
    ['a tag with a space in it', { tags: ['team risk'] }, 'PER_DEF_021'],
    ['an empty tag', { tags: [''] }, 'PER_DEF_021'],
    ['eleven tags', { tags: Array.from({ length: 11 }, (_, i) => `t${i}`) }, 'PER_DEF_021'],
  ])('find %s, and name node and repair', (_, fields, code) => {
    expect(codes(use(fields))).toEqual([[code, 'one', true]]);
  });

  it('find what light steps cannot have', () => {
    expect(codes(use({ override: { timeout: 10_001 } }), true)).toEqual([['PER_DEF_003', 'one', true]]);
    expect(codes(use({ priority: 1 }), true)).toEqual([['PER_DEF_003', 'one', true]]);
    expect(codes(use({ override: { timeout: 10_000 }, tags: ['a'] }), true)).toEqual([]);
    expect(codes(use({ override: { timeout: 10_001 }, priority: 1 }))).toEqual([]);
  });

  it.each<[string, () => StepContract | Plan, string]>([
    ['a contract with a priority of nothing', () => step('s', { ...io, priority: 0 as never }), 'PER_DEF_020'],
    ['a contract with a malformed tag', () => step('s', { ...io, tags: ['-'] }), 'PER_DEF_021'],
    ['an urgent light contract', () => step('s', { ...io, light: true, priority: 1 }), 'PER_DEF_003'],
    [
      'a use with no attempts',
      () => planWith((g) => g.run(heavy, { n: 1 }, { retry: { attempts: 0 } })),
      'PER_DEF_002',
    ],
    ['a use without time', () => planWith((g) => g.run(heavy, { n: 1 }, { timeout: 0 })), 'PER_DEF_002'],
    ['a long use of a light step', () => planWith((g) => g.run(tiny, { n: 1 }, { timeout: '11s' })), 'PER_DEF_003'],
    [
      'a map that is more than urgent',
      () => planWith((g) => g.map('m', [1], (n) => g.run(heavy, { n }), { priority: 0 as never })),
      'PER_DEF_020',
    ],
  ])('refuse %s', (_, work, code) => {
    expect(codeOf(work)).toBe(code);
  });
});
