// Danger: one bad item of a tolerant map that fails the run, stops its neighbours, or is lost from the list; a map that
// tolerates more than it said.
import fc from 'fast-check';
import type { Failure } from '../../../core/interpret';
import type { Json } from '../../../core/plan/json';
import type { Expr, Plan, PlanNode, Tolerance } from '../../../core/plan/plan';
import { drive } from './drive';
import { planOf } from './plans';

const failure: Failure = { type: 'Broken', message: 'broken', fault: 'user', retryable: false };
const item: Expr = { op: 'item', map: 'each', path: [] };
const output = (node: string): Expr => ({ op: 'output', node, path: [] });
const step = (id: string, input: Expr): PlanNode => ({ kind: 'step', id, step: 'noop', input, after: [] });

/** Two steps an item, then one that reads the list. */
function planFor(tolerate: Tolerance, onFailure: Plan['onFailure']): Plan {
  const body = { nodes: [step('one', item), step('two', output('one'))], output: output('two') };
  const over: Expr = { op: 'config', path: ['list'] };
  const each: PlanNode = { kind: 'map', id: 'each', over, maxParallel: null, tolerate, body, after: [] };
  return planOf({ nodes: [each, step('last', output('each'))], output: output('last') }, onFailure);
}

function run(length: number, failing: ReadonlySet<number>, tolerate: Tolerance, onFailure: Plan['onFailure']) {
  const list = Array.from({ length }, (_, i) => i);
  return drive(
    planFor(tolerate, onFailure),
    { list },
    {
      step: (address, input: Json) => {
        const index = Number(/\[(\d+)\]\/one$/.exec(address)?.[1] ?? -1);
        return failing.has(index) ? { failure } : { output: input };
      },
    },
  );
}

const policy = fc.constantFrom<Plan['onFailure']>('cancel', 'finish-others');

describe('a map that tolerates failures', () => {
  it('says of every item what became of it, in order, in one workflow and in shards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 450 }), fc.array(fc.nat(449)), policy, (length, bad, onFailure) => {
        const failing = new Set(bad.filter((index) => index < length));
        const { end, started } = run(length, failing, 'all', onFailure);
        expect(end.status).toBe('completed');
        expect(end.output).toEqual(
          Array.from({ length }, (_, i) =>
            failing.has(i)
              ? { status: 'failed', value: null, error: { type: 'Broken', message: 'broken' } }
              : { status: 'completed', value: i, error: null },
          ),
        );
        // What needs the failed one of its own item does not run; everything else does.
        expect(started).toHaveLength(length + (length - failing.size) + 1);
      }),
      { numRuns: 20 },
    );
  });

  it('fails with one failure more than it tolerates, and not with as many', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 5 }),
        policy,
        (length, most, onFailure) => {
          const bad = (count: number) => new Set(Array.from({ length: count }, (_, i) => i));
          const allowed = Math.min(most, length);
          expect(run(length, bad(allowed), most, onFailure).end.status).toBe('completed');
          if (length <= most) return;
          const { end, started } = run(length, bad(most + 1), most, onFailure);
          expect(end).toMatchObject({ status: 'failed', failure: { type: 'PER_FLOW_010' } });
          expect(end.reason).toContain('each');
          expect(started).not.toContain('last');
        },
      ),
      { numRuns: 40 },
    );
  });

  it('counts failures over all shards', () => {
    // 450 items of two steps: shards of 200; two failures in each of them.
    const failing = new Set([0, 1, 200, 201, 400, 401]);
    expect(run(450, failing, 6, 'cancel').end.status).toBe('completed');
    expect(run(450, failing, 5, 'cancel').end).toMatchObject({ status: 'failed', failure: { type: 'PER_FLOW_010' } });
  });

  it('keeps a failure of an inner map inside the item of the outer one that tolerates it', () => {
    const inner: PlanNode = {
      kind: 'map',
      id: 'inner',
      over: { op: 'item', map: 'outer', path: [] },
      maxParallel: null,
      body: { nodes: [step('leaf', { op: 'item', map: 'inner', path: [] })], output: output('leaf') },
      after: [],
    };
    const plan = planOf({
      nodes: [
        {
          kind: 'map',
          id: 'outer',
          over: { op: 'config', path: ['lists'] },
          maxParallel: null,
          tolerate: 'all',
          body: { nodes: [inner], output: output('inner') },
          after: [],
        },
      ],
      output: output('outer'),
    });
    const { end } = drive(
      plan,
      { lists: [[1, 2], [13, 4], [5]] },
      { step: (_, input) => (input === 13 ? { failure } : { output: input }) },
    );
    expect(end).toMatchObject({
      status: 'completed',
      output: [
        { status: 'completed', value: [1, 2] },
        { status: 'failed', error: { type: 'Broken' } },
        { status: 'completed', value: [5] },
      ],
    });
  });

  it('ends as cancelled, not as tolerated, when the run is cancelled', () => {
    const list = [0, 1, 2];
    const { end } = drive(
      planFor('all', 'cancel'),
      { list },
      { step: (_, input) => ({ output: input }), cancelAfter: 1 },
    );
    expect(end.status).toBe('cancelled');
  });
});
