// Danger: a switch that takes the wrong arm or two, lets a value leak out of one, or goes on with a value that no arm is for.
import fc from 'fast-check';
import { z } from 'zod';
import { coalesce, eq, pipeline, type Pipeline, step } from '../../../core';
import { findingsOf } from '../../../core/checks';
import type { Json } from '../../../core/plan/json';
import type { SwitchNode } from '../../../core/plan/plan';
import { planToMermaid } from '../../../core/plan/mermaid';
import { planRerun } from '../../../core/rerun/plan-rerun';
import { codeOf } from './code-of';
import { drive } from './drive';
import { planOf } from './plans';

const N = z.object({ n: z.number() });
const one = step('one', { input: N, output: N });
const config = z.object({ kind: z.enum(['a', 'b', 'c']), level: z.number(), n: z.number() });

const picking = pipeline('picking', {
  config,
  graph(g, c) {
    const picked = g.branch('pick', c.kind, {
      switch: {
        a: () => g.run(one, { n: 1 }, { id: 'in-a' }).n,
        b: () => g.run(one, { n: g.run(one, { n: c.n }, { id: 'first-b' }).n }, { id: 'in-b' }).n,
      },
    });
    return { joined: coalesce(picked, c.n), picked };
  },
});
const levels = pipeline('levels', {
  config,
  graph: (g, c) =>
    g.branch('level', c.level, {
      switch: { 1: () => 'low', 2.5: () => 'mid' },
      else: () => g.run(one, { n: c.level }).n,
    }),
});

const echo = (_: string, input: Json): { output: Json } => ({ output: input });
const play = ({ plan }: Pipeline, given: { kind?: string; level?: Json; n?: number }) =>
  drive(plan, { kind: 'a', level: 1, n: 7, ...given }, { step: echo });

describe('a switch', () => {
  it('runs the one arm that is for the value, and says that the others are skipped', () => {
    const { end, started, commands } = play(picking, { kind: 'b' });
    expect(end.output).toEqual({ joined: 7, picked: 7 });
    expect(started).toEqual(['first-b', 'in-b']);
    const notes = commands.flatMap((c) => (c.type === 'note' ? [c.note] : []));
    expect(notes.map(({ address, status }) => `${address} ${status}`)).toEqual([
      'pick running',
      'in-a skipped',
      'pick completed',
    ]);
    expect(notes[0]).toMatchObject({ kind: 'switch', input: { arm: 'b' } });
  });

  it('gives null for a value that no arm is for, which coalesce joins', () => {
    const { end, started } = play(picking, { kind: 'c' });
    expect(end.output).toEqual({ joined: 7, picked: null });
    expect(started).toEqual([]);
  });

  it('goes by numbers as well, and takes `else` for all others', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(1, 2.5), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
        (level) => {
          const { end } = play(levels, { level });
          expect(end.output).toBe(level === 1 ? 'low' : level === 2.5 ? 'mid' : level);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each<[Json]>([[null], [true], [[1]], [{ a: 1 }]])('fails, naming itself, when it is given %j', (level) => {
    const { end } = play(levels, { level });
    expect(end).toMatchObject({ status: 'failed', failure: { type: 'PER_FLOW_015', fault: 'user' } });
    expect(end.reason).toContain('level');
  });

  it('lets an approval that it reads be answered with no', () => {
    const signed = pipeline('signed', {
      config,
      graph: (g) => g.branch('by', g.approval('ok').by, { switch: { ana: () => 'hers' }, else: () => 'not hers' }),
    });
    const { end } = drive(signed.plan, {}, { step: echo, approve: () => false });
    expect(end).toMatchObject({ status: 'completed', output: 'hers' });
  });

  it('stands inside a map and holds one', () => {
    const both = pipeline('both', {
      config: z.object({ kinds: z.array(z.string()) }),
      graph: (g, c) =>
        g.map('each', c.kinds, (kind) =>
          g.branch('pick', kind, { switch: { many: () => g.map('inner', [1, 2], (n) => g.run(one, { n }).n) } }),
        ),
    });
    const { end, started } = drive(both.plan, { kinds: ['many', 'none'] }, { step: echo });
    expect(end.output).toEqual([[1, 2], null]);
    expect(started).toEqual(['each[0]/inner[0]/one', 'each[0]/inner[1]/one']);
  });

  it('is drawn with an arm for each value', () => {
    const drawn = planToMermaid(picking.plan);
    expect(drawn).toContain('subgraph n0["pick: by config.kind"]');
    expect(drawn).toContain('subgraph n0_0["a"]');
    expect(drawn).toContain('subgraph n0_1["b"]');
  });

  it('is taken over by a rerun, and run again when what it goes by has changed', () => {
    const recorded = (kind: string) => ({
      plan: picking.plan,
      config: { kind, level: 1, n: 7 },
      nodes: ['pick', 'in-a'].map(
        (node) => ({ address: node, node, status: 'completed', refused: false, items: null }) as const,
      ),
    });
    const same = planRerun(recorded('a'), { plan: picking.plan, config: recorded('a').config }, {});
    const other = planRerun(recorded('a'), { plan: picking.plan, config: recorded('b').config }, {});
    expect([...same.reuse.nodes].sort()).toEqual(['in-a', 'pick']);
    expect(other.reuse.nodes).not.toContain('pick');
  });
});

describe('checks of a switch', () => {
  const body = { nodes: [], output: { op: 'literal', value: 1 } } as const;
  const node = (values: readonly string[]): SwitchNode => ({
    ...{ kind: 'switch', id: 's', on: { op: 'config', path: ['kind'] }, after: [], else: null },
    cases: values.map((value) => ({ value, body })),
  });
  const codes = (values: readonly string[]): unknown[] => {
    const plan = planOf({ nodes: [node(values)], output: { op: 'output', node: 's', path: [] } });
    const findings = findingsOf({ ...plan, config: picking.plan.config });
    return findings.flatMap(({ code, node: id, message }) => (code === 'PER_DEF_022' ? [`${id} ${message}`] : []));
  };

  it('find one without a case, a case that stands twice, and one that the config never has', () => {
    expect(codes(['a', 'b'])).toEqual([]);
    expect(codes([])).toEqual(['s s has no case.']);
    expect(codes(['a', 'a'])).toEqual(["s s has the case 'a' twice."]);
    expect(codes(['a', 'z'])).toEqual(["s s has the case 'z'; the values are a, b, c."]);
  });

  it('find a value that leaks out of an arm', () => {
    const leaky = () =>
      pipeline('leaky', {
        config,
        graph(g, c) {
          let leaked = null;
          g.branch('pick', c.kind, { switch: { a: () => (leaked = g.run(one, { n: 1 })) } });
          return { leaked, same: eq(c.n, 1) };
        },
      });
    expect(codeOf(leaky)).toBe('PER_DEF_010');
  });
});
