// Danger: a rerun that hands on an output which depends on what has changed, or that runs again (and pays for) what has
// not. The law is held against random plans, failures, configs and choices: a rerun ends as a whole run would have.
import fc from 'fast-check';
import { readNodes } from '../../../core/expr/reads';
import type { Command, Failure, NodeNote } from '../../../core/interpret';
import { allNodes, bodiesOf, readsOf } from '../../../core/nodes';
import { canonicalJson, type Json } from '../../../core/plan/json';
import type { Expr, Plan, PlanNode } from '../../../core/plan/plan';
import { sha256 } from '../../../core/plan/sha256';

import { planRerun, type RecordedNode } from '../../../core/rerun/plan-rerun';
import { outlineOf, wholeAddress } from '../../../core/rerun/outline';
import type { Choice } from '../../../core/rerun/target';
import { drive, type Drive } from './drive';
import { anyPlan, noop, planOf } from './plans';

const failure: Failure = { type: 'Broken', message: 'broken', fault: 'user', retryable: false };
const of = (node: string): Expr => ({ op: 'output', node, path: [] });
const config = (key: string): Expr => ({ op: 'config', path: [key] });
const step = (id: string, input: Expr, after: string[] = []): PlanNode => ({
  kind: 'step',
  id,
  step: 'noop',
  input,
  after,
});

/** Rows of a run as the records would hold them, with outputs. */
interface Ran {
  readonly rows: Map<string, RecordedNode & { readonly output?: Json }>;
  readonly driven: ReturnType<typeof drive>;
}

/** Plays a plan; what a step gives depends on its input alone. */
function play(plan: Plan, given: Json, how: Partial<Drive> & { fails?: (address: string) => boolean }): Ran {
  const rows: Ran['rows'] = new Map();
  const outputs = new Map<string, Json>();
  const notes: NodeNote[] = [];
  const nodes = new Map<string, string>();
  const seen = (command: Command): void => {
    if (command.type === 'note') notes.push(command.note);
    if (command.type === 'run-step') nodes.set(command.address, command.node);
  };
  const driven = drive(plan, given, {
    ...how,
    seen,
    step(address, input) {
      if (how.fails?.(address)) return { failure };
      // A digest: inputs hold outputs, which would otherwise hold inputs, twice as large with each node.
      const output = { saw: sha256(canonicalJson(input)).slice(0, 12) };
      outputs.set(address, output);
      return { output };
    },
  });
  const put = (
    address: string,
    node: string,
    fields: Pick<RecordedNode, 'status'> & { output?: Json; items?: number },
  ) => rows.set(address, { address, node, refused: false, items: null, ...rows.get(address), ...fields });
  for (const { address, node, status, output, input } of notes) {
    if (rows.get(address)?.output !== undefined) continue;
    const items = typeof input === 'object' && input !== null && 'items' in input ? Number(input.items) : undefined;
    put(address, node, {
      status,
      ...(output === undefined ? {} : { output }),
      ...(items === undefined ? {} : { items }),
    });
  }
  for (const mark of driven.trace.filter((each) => each.startsWith('-'))) {
    const address = mark.slice(1);
    const output = outputs.get(address);
    put(
      address,
      nodes.get(address) ?? '',
      output === undefined ? { status: 'failed' } : { status: 'completed', output },
    );
  }
  return { rows, driven };
}

/** Plans a rerun of what ran, and plays it. */
function rerun(parent: Ran, was: [Plan, Json], is: [Plan, Json], choice: Choice, how: Parameters<typeof play>[2] = {}) {
  const nodes = [...parent.rows.values()];
  const planned = planRerun({ plan: was[0], config: was[1], nodes }, { plan: is[0], config: is[1] }, choice);
  const kept = new Set(planned.addresses);
  const outputOf = (address: string) => (kept.has(address) ? parent.rows.get(address)?.output : undefined);
  const ran = play(is[0], is[1], { ...how, reuse: { nodes: planned.reuse.nodes, outputOf } });
  return { planned, ran, kept };
}

/** extract -> per-seed[i]: fit -> score (reads config.metric too), then pick -> ship. */
const training = planOf({
  nodes: [
    step('extract', config('table')),
    {
      kind: 'map',
      id: 'per-seed',
      over: config('seeds'),
      maxParallel: null,
      after: [],
      body: {
        nodes: [
          step('fit', { op: 'list', items: [of('extract'), { op: 'item', map: 'per-seed', path: [] }] }),
          step('score', { op: 'list', items: [of('fit'), config('metric')] }),
        ],
        output: of('score'),
      },
    },
    step('pick', of('per-seed')),
    step('tidy', config('table')),
    step('ship', of('pick'), ['tidy']),
  ],
  output: of('ship'),
});
const given = { table: 't', seeds: [1, 2, 3, 4], metric: 'auc' };
const full = play(training, given, {});

function started(choice: Choice, changed: Json = given, plan = training): string[] {
  return rerun(full, [training, given], [plan, changed], choice).ran.driven.started.sort();
}

const items = (id: string, ...of_: number[]): string[] => of_.map((i) => `per-seed[${i}]/${id}`);

describe('what a rerun runs again', () => {
  it('is nothing when everything had completed', () => {
    expect(started({})).toEqual([]);
  });

  it('is the named node and what depends on it', () => {
    expect(started({ from: 'pick' })).toEqual(['pick', 'ship']);
    expect(started({ from: 'tidy' })).toEqual(['ship', 'tidy']);
    expect(started({ from: 'score' })).toEqual([...items('score', 0, 1, 2, 3), 'pick', 'ship']);
    expect(started({ from: 'per-seed' })).toEqual(
      [...items('fit', 0, 1, 2, 3), ...items('score', 0, 1, 2, 3), 'pick', 'ship'].sort(),
    );
  });

  it('is one item of a map, or one node of it, and what is downstream of the map', () => {
    expect(started({ only: 'per-seed[2]' })).toEqual(['per-seed[2]/fit', 'per-seed[2]/score', 'pick', 'ship']);
    expect(started({ from: 'per-seed[2]/score' })).toEqual(['per-seed[2]/score', 'pick', 'ship']);
    expect(started({ from: 'score', only: 'per-seed[2]' })).toEqual(['per-seed[2]/score', 'pick', 'ship']);
  });

  it('is what reads a changed part of the config, and what depends on that', () => {
    expect(started({}, { ...given, metric: 'loss' })).toEqual([...items('score', 0, 1, 2, 3), 'pick', 'ship']);
    expect(started({}, { ...given, unread: 1 })).toEqual([]);
    // Items are told apart by their place in the list: another list makes other items of all of them.
    expect(started({}, { ...given, seeds: [1, 2] })).toEqual(
      [...items('fit', 0, 1), ...items('score', 0, 1), 'pick', 'ship'].sort(),
    );
  });

  it('is what is defined otherwise than it was', () => {
    const again = { ...noop, contract: 'other' };
    const nodes = training.body.nodes.map((node) => (node.id === 'tidy' ? { ...node, step: 'tidied' } : node));
    const edited: Plan = {
      ...training,
      steps: { noop, tidied: { ...again, name: 'tidied' } },
      body: { ...training.body, nodes },
    };
    expect(started({}, given, edited)).toEqual(['ship', 'tidy']);
    expect(started({}, given, { ...training, steps: { noop: again } })).toHaveLength(12);
    const wider = training.body.nodes.map((node) => (node.kind === 'map' ? { ...node, maxParallel: 2 } : node));
    expect(started({}, given, { ...training, body: { ...training.body, nodes: wider } })).toEqual([]);
  });

  it('is what did not complete, after a failure', () => {
    const broken = play(training, given, { fails: (address) => address === 'per-seed[1]/score' });
    const { ran } = rerun(broken, [training, given], [training, given], {});
    const done = [...broken.rows.values()].filter(({ status }) => status === 'completed').map(({ address }) => address);
    expect(done).toContain('extract');
    expect(ran.driven.started).toEqual(expect.arrayContaining(['per-seed[1]/score', 'pick', 'ship']));
    for (const address of ran.driven.started) expect(done).not.toContain(address);
    expect(ran.driven.end).toEqual(full.driven.end);
  });

  it('is an item whose failure was tolerated, and what reads the map', () => {
    const nodes = training.body.nodes.map((node) => (node.kind === 'map' ? { ...node, tolerate: 1 } : node));
    const plan: Plan = { ...training, body: { ...training.body, nodes } };
    const broken = play(plan, given, { fails: (address) => address === 'per-seed[1]/fit' });
    expect(broken.driven.end.status).toBe('completed');
    const mended = rerun(broken, [plan, given], [plan, given], {});
    expect(mended.ran.driven.started.sort()).toEqual(['per-seed[1]/fit', 'per-seed[1]/score', 'pick', 'ship']);
    // Asked for something else, the map is taken over as it was, with the record of the item that failed.
    const other = rerun(broken, [plan, given], [plan, given], { from: 'ship' });
    expect(other.ran.driven.started).toEqual(['ship']);
    expect(other.kept).toContain('per-seed[1]/fit');
  });

  it('is the iteration that was named and all after it, since each is given what the one before gave on', () => {
    const item: Expr = { op: 'item', map: 'loop', path: ['carry'] };
    const plan = planOf({
      nodes: [
        step('start', config('n')),
        {
          kind: 'until',
          id: 'loop',
          initial: of('start'),
          max: 4,
          after: [],
          body: {
            nodes: [step('try', item), step('look', config('metric'))],
            output: { op: 'object', fields: { next: of('try'), done: { op: 'literal', value: false } } },
          },
        },
        step('end', of('loop')),
      ],
      output: of('end'),
    });
    const ran = play(plan, given, {});
    const starts = (choice: Choice, is: Json = given) =>
      rerun(ran, [plan, given], [plan, is], choice)
        .ran.driven.started.filter((each) => each.includes('try'))
        .sort();
    expect(starts({ only: 'loop[2]' })).toEqual(['loop[2]/try', 'loop[3]/try']);
    expect(starts({ from: 'loop[1]/try' })).toEqual(['loop[1]/try', 'loop[2]/try', 'loop[3]/try']);
    expect(starts({ from: 'end' })).toEqual([]);
    // What all iterations read may change what the first one gave on.
    expect(starts({}, { ...given, metric: 'loss' })).toEqual(['loop[1]/try', 'loop[2]/try', 'loop[3]/try']);
    expect(() => starts({ only: 'loop[4]' })).toThrow('PER_RUN_036');
    const broken = play(plan, given, { fails: (address) => address === 'loop[2]/try' });
    const resumed = rerun(broken, [plan, given], [plan, given], {}).ran.driven;
    expect(resumed.started).toEqual(expect.arrayContaining(['loop[2]/try', 'loop[3]/try', 'end']));
    expect(resumed.started).not.toContain('loop[1]/try');
    expect(resumed.end).toEqual(ran.driven.end);
  });

  it('is what is done at the end of every run', () => {
    const last: PlanNode = {
      kind: 'finally',
      id: 'last',
      when: 'always',
      after: [],
      body: { nodes: [step('tell', of('a'))], output: { op: 'literal', value: null } },
    };
    const plan = planOf({ nodes: [step('a', config('n')), step('b', of('a')), last], output: of('b') });
    const ran = play(plan, given, {});
    expect(rerun(ran, [plan, given], [plan, given], { from: 'b' }).ran.driven.started).toEqual(['b', 'tell']);
  });

  it('is an approval that said no and ended the run, but not one that was answered with yes', () => {
    const approval: PlanNode = { kind: 'approval', id: 'sign', show: of('a'), timeout: null, after: [] };
    const plan = planOf({ nodes: [step('a', config('n')), approval, step('b', of('a'), ['sign'])], output: of('b') });
    const asked = (ran: Ran) => ran.driven.commands.filter(({ type }) => type === 'await-answer').length;
    const yes = play(plan, given, { fails: (address) => address === 'b' });
    expect(asked(rerun(yes, [plan, given], [plan, given], {}).ran)).toBe(0);
    const no = play(plan, given, { approve: () => false });
    const sign = no.rows.get('sign');
    if (!sign) throw new Error('the approval has no row');
    no.rows.set('sign', { ...sign, refused: true });
    expect(asked(rerun(no, [plan, given], [plan, given], {}).ran)).toBe(1);
    expect(asked(rerun(no, [plan, given], [plan, given], { from: 'b' }).ran)).toBe(1);
  });

  it('skips the cache for what a person named, not for what only follows from it', () => {
    const nodes = [...full.rows.values()];
    const again = (choice: Choice) =>
      planRerun({ plan: training, config: given, nodes }, { plan: training, config: given }, choice).reuse.again;
    expect(again({})).toBeNull();
    expect(again({ from: 'pick' })).toEqual({ nodes: ['pick'], within: '' });
    expect(again({ only: 'per-seed[2]' })).toEqual({ nodes: ['per-seed', 'fit', 'score'], within: 'per-seed[2]/' });
    expect(again({ from: 'per-seed[2]/fit' })).toEqual({ nodes: ['fit'], within: 'per-seed[2]/' });
  });
});

test('an address without its item is told with one, and a whole one is not', () => {
  const body = { nodes: [step('fit', { op: 'item', map: 'per-seed', path: [] })], output: of('fit') };
  const map = { kind: 'map', id: 'per-seed', over: config('seeds'), maxParallel: null, body, after: [] } as const;
  const outline = outlineOf(planOf({ nodes: [step('first', config('n')), map], output: of('per-seed') }));
  expect(wholeAddress(outline, 'fit')).toBe('per-seed[0]/fit');
  for (const whole of ['per-seed[3]/fit', 'per-seed[3]', 'per-seed', 'first', 'nosuch'])
    expect(wholeAddress(outline, whole)).toBeNull();
});

describe('a choice that names nothing', () => {
  const nested = planOf({
    nodes: [
      {
        kind: 'map',
        id: 'outer',
        over: config('seeds'),
        maxParallel: null,
        after: [],
        body: {
          nodes: [
            {
              kind: 'map',
              id: 'inner',
              over: config('seeds'),
              maxParallel: null,
              after: [],
              body: { nodes: [step('leaf', config('n'))], output: of('leaf') },
            },
          ],
          output: of('inner'),
        },
      },
    ],
    output: of('outer'),
  });
  const ran = play(nested, given, {});
  const plan = (choice: Choice, on: [Plan, Ran]) => () =>
    rerun(on[1], [on[0], given], [on[0], given], choice).ran.driven.started;

  it.each<[string, Choice, [Plan, Ran], string]>([
    ['an unknown node', { from: 'trian' }, [training, full], 'nodes: extract, per-seed, fit'],
    ['a node in a map that it is not in', { from: 'per-seed[1]/pick' }, [training, full], 'inside no map'],
    ['half an address', { from: 'outer[1]/leaf' }, [nested, ran], 'outer[..]/inner[..]'],
    ['an item of no map', { only: 'pick[1]' }, [training, full], 'maps: per-seed'],
    ['a map without an item', { only: 'per-seed' }, [training, full], 'like per-seed[3]'],
    ['an item without the outer one', { only: 'inner[1]' }, [nested, ran], 'inside outer[..]'],
    ['an item beyond the end', { only: 'per-seed[4]' }, [training, full], 'had 4 items'],
    ['a node outside of the item', { only: 'per-seed[1]', from: 'pick' }, [training, full], 'not inside the item'],
  ])('%s is refused by name', (_, choice, on, text) => {
    expect(plan(choice, on)).toThrow(text);
    expect(plan(choice, on)).toThrow('PER_RUN_036');
  });

  it('while items of nested maps are named by their whole address', () => {
    expect(plan({ only: 'outer[1]/inner[2]' }, [nested, ran])()).toEqual(['outer[1]/inner[2]/leaf']);
    expect(plan({ only: 'outer[3]' }, [nested, ran])()).toHaveLength(4);
    expect(plan({ only: 'outer[1]', from: 'leaf' }, [nested, ran])()).toHaveLength(4);
    expect(plan({ from: 'outer[1]/inner[2]/leaf' }, [nested, ran])()).toEqual(['outer[1]/inner[2]/leaf']);
  });
});

describe('the laws of a rerun', () => {
  const anyRerun = fc.record({
    failing: fc.option(fc.nat(12), { freq: 2 }),
    order: fc.array(fc.nat(9_999), { minLength: 1, maxLength: 40 }),
    config: fc.constantFrom<Json>({ n: 1 }, { n: 2 }),
    from: fc.option(fc.nat(20), { freq: 2 }),
  });
  type AnyRerun = typeof anyRerun extends fc.Arbitrary<infer T> ? T : never;

  function both(plan: Plan, one: AnyRerun) {
    let at = 0;
    const pick = () => one.order[at++ % one.order.length] ?? 0;
    const fails = (address: string) => one.failing !== null && address.endsWith(`n${one.failing}`);
    const parent = play(plan, { n: 1 }, { pick, fails });
    const ids = allNodes(plan.body).map(({ id }) => id);
    const from = one.from === null ? undefined : ids[one.from % Math.max(1, ids.length)];
    const choice = from === undefined ? {} : { from };
    return { parent, from, pick, ...rerun(parent, [plan, { n: 1 }], [plan, one.config], choice, { pick }) };
  }

  it('it ends as a whole run with the same code and config ends', () => {
    fc.assert(
      fc.property(anyPlan, anyRerun, (plan, one) => {
        const { ran, pick } = both(plan, one);
        const whole = play(plan, one.config, { pick });
        expect(ran.driven.end).toEqual(whole.driven.end);
      }),
      { numRuns: 150 },
    );
  });

  it('it never reuses a node when something that it reads runs again, nor runs one that it reuses', () => {
    fc.assert(
      fc.property(anyPlan, anyRerun, (plan, one) => {
        const { ran, kept, parent } = both(plan, one);
        const nodes = new Map(allNodes(plan.body).map((node) => [node.id, node]));
        const runs = new Set(ran.driven.started);
        for (const address of kept) {
          expect(runs).not.toContain(address);
          const node = nodes.get(parent.rows.get(address)?.node ?? '');
          if (!node || parent.rows.get(address)?.status !== 'completed') continue;
          const inner = bodiesOf(node).flatMap(({ body }) => allNodes(body).map(({ id }) => id));
          const reads = [...readsOf(node).flatMap(readNodes), ...node.after, ...inner];
          const prefix = address.slice(0, address.length - node.id.length);
          for (const ran_ of runs) {
            const id = ran_.split('/').at(-1) ?? '';
            // In the same item, or in one around it: what it reads cannot be anywhere else.
            const seen = ran_.startsWith(prefix) || prefix.startsWith(ran_.slice(0, ran_.length - id.length));
            if (reads.includes(id)) expect([address, ran_, seen]).toEqual([address, ran_, false]);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('it runs the node that was named, when a whole run would', () => {
    fc.assert(
      fc.property(anyPlan, anyRerun, (plan, one) => {
        const { ran, from, pick } = both(plan, one);
        const whole = play(plan, one.config, { pick });
        const named = (address: string) => address === from || address.endsWith(`/${from ?? ''}`);
        expect(ran.driven.started.filter(named).sort()).toEqual(whole.driven.started.filter(named).sort());
      }),
      { numRuns: 80 },
    );
  });
});
