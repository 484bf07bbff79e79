// Danger: an item of a map that is lost, run twice, or given the wrong values, where the list is long, cut into shards,
// limited in parallel, or stands inside another map.
import fc from 'fast-check';
import { advance, begin, MAX_EXECUTIONS, MAX_LIST_SIZE, shardSizeFor, type Command } from '../../../core/interpret';
import type { Json } from '../../../core/plan/json';
import type { Body, Expr, MapNode, PlanNode } from '../../../core/plan/plan';
import { drive } from './drive';
import { planOf } from './plans';

const config = (key: string): Expr => ({ op: 'config', path: [key] });
const output = (node: string): Expr => ({ op: 'output', node, path: [] });
const item = (map: string): Expr => ({ op: 'item', map, path: [] });
const step = (id: string, input: Expr): PlanNode => ({ kind: 'step', id, step: 'noop', input, after: [] });

function mapOf(id: string, over: Expr, body: Body, maxParallel: number | null = null): MapNode {
  return { kind: 'map', id, over, maxParallel, body, after: [] };
}

/** A step that reads the item and a value from outside, and one that reads the first. */
const body: Body = {
  nodes: [step('one', { op: 'list', items: [item('each'), output('before')] }), step('two', output('one'))],
  output: output('two'),
};
const plan = (parallel: number | null) =>
  planOf({
    nodes: [step('before', config('n')), mapOf('each', config('list'), body, parallel)],
    output: output('each'),
  });

const echo = (_: string, input: Json) => ({ output: input });
const list = (length: number): number[] => Array.from({ length }, (_, i) => i);
const shards = (commands: readonly Command[]): Command[] => commands.filter(({ type }) => type === 'run-shard');

describe('a map', () => {
  it('gives one value for each item, in order, however long the list and whatever the limit', () => {
    fc.assert(
      fc.property(fc.nat(450), fc.option(fc.integer({ min: 1, max: 300 })), (length, parallel) => {
        const { end, started } = drive(plan(parallel), { n: 'x', list: list(length) }, { step: echo });
        expect(end).toMatchObject({ status: 'completed', output: list(length).map((i) => [i, 'x']) });
        expect(new Set(started).size).toBe(1 + 2 * length);
      }),
      { numRuns: 8 },
    );
  });

  it('runs one shard of items in the run itself, and more as children of at most 200 items', () => {
    const few = drive(plan(null), { n: 1, list: list(100) }, { step: echo });
    const many = drive(plan(null), { n: 1, list: list(500) }, { step: echo });
    expect(shards(few.commands)).toEqual([]);
    expect(shards(many.commands).map((c) => (c.type === 'run-shard' ? c.seed.items.length : 0))).toEqual([
      200, 200, 100,
    ]);
  });

  it('begins a thousand items at once where its limit is not said, to the end of a shard, and no more', () => {
    // A body of 14 nodes has shards of 35 items, of which 28 hold 980.
    const nodes = Array.from({ length: 14 }, (_, i) => step(`n${i}`, item('each')));
    const wide = (length: number) => {
      const plan = planOf({
        nodes: [mapOf('each', config('list'), { nodes, output: output('n0') })],
        output: output('each'),
      });
      return shards(begin(plan, { list: list(length) }).commands).length;
    };
    expect([wide(990), wide(1_000), wide(5_000)]).toEqual([29, 29, 29]);
  });

  it('keeps a shard within the executions of one workflow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_EXECUTIONS }), (nodes) => {
        const size = shardSizeFor(nodes);
        expect(size).toBeGreaterThanOrEqual(1);
        expect(size * nodes).toBeLessThanOrEqual(MAX_EXECUTIONS);
        expect(size).toBeLessThanOrEqual(200);
      }),
    );
  });

  it('runs no more items at the same time than it may', () => {
    expect(drive(plan(3), { n: 1, list: list(20) }, { step: echo }).widest).toBe(3);
    expect(drive(plan(null), { n: 1, list: list(20) }, { step: echo }).widest).toBe(20);
  });

  it.each([
    [null, 5],
    [2_000, 10],
  ])('of 3,000 items with maxParallel %s begins %i shards, and one more for each that ends', (parallel, atOnce) => {
    const started = begin(plan(parallel), { n: 'x', list: list(3_000) });
    const first = advance(plan(parallel), started.state, { type: 'completed', address: 'before', output: 'x' });
    expect(shards(first.commands)).toHaveLength(atOnce);
    const values = list(200).map((i) => [i, 'x']);
    const next = advance(plan(parallel), first.state, { type: 'completed', address: 'each#1', output: values });
    expect(shards(next.commands)).toMatchObject([{ address: `each#${atOnce}` }]);
  });

  it('runs a map inside a map, whose items read both', () => {
    const inner = mapOf('inner', item('outer'), {
      nodes: [step('leaf', { op: 'list', items: [item('outer'), item('inner'), output('before')] })],
      output: output('leaf'),
    });
    const nested = planOf({
      nodes: [
        step('before', config('n')),
        mapOf('outer', config('lists'), { nodes: [inner], output: output('inner') }),
      ],
      output: output('outer'),
    });
    const { end, started } = drive(nested, { n: 7, lists: [[1, 2], [], [3]] }, { step: echo });
    expect(end.output).toEqual([
      [
        [[1, 2], 1, 7],
        [[1, 2], 2, 7],
      ],
      [],
      [[[3], 3, 7]],
    ]);
    expect(started).toEqual(['before', 'outer[0]/inner[0]/leaf', 'outer[0]/inner[1]/leaf', 'outer[2]/inner[0]/leaf']);
  });

  it('fails, naming itself, when it is given no list', () => {
    const { end } = drive(plan(null), { n: 1, list: 'abc' }, { step: echo });
    expect(end).toMatchObject({ status: 'failed', failure: { type: 'PER_FLOW_002', fault: 'user' } });
    expect(end.reason).toContain('each');
  });

  it('fails when its list of values is too large to travel', () => {
    const large = { output: 'x'.repeat(60_000) };
    const { end } = drive(plan(null), { n: 1, list: list(10) }, { step: () => large });
    expect(60_000 * 10).toBeGreaterThan(MAX_LIST_SIZE);
    expect(end).toMatchObject({ status: 'failed', failure: { type: 'PER_FLOW_004' } });
  });

  it('fails before it starts more than a workflow may hold', () => {
    const first = begin(plan(null), { n: 1, list: list(200 * 501) });
    expect(first.commands).toHaveLength(1);
    const { end, started } = drive(plan(null), { n: 1, list: list(200 * 501) }, { step: echo });
    expect(end).toMatchObject({ status: 'failed', failure: { type: 'PER_FLOW_003' } });
    expect(started).toEqual(['before']);
  });
});
