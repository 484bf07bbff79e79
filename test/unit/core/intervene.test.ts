// Danger: a person's word that reaches the wrong node or too many, a cancelled item that brings the others down with it, a
// given output that is overwritten by the execution that it took the place of, a refusal that does not say why.
import { z } from 'zod';
import { pipeline, step } from '../../../core';
import {
  advance,
  type Advance,
  begin,
  type Event,
  type Intervention,
  readIntervention,
  readOrder,
  refuseIntervention,
  type RunState,
} from '../../../core/interpret';
import type { Plan } from '../../../core/plan/plan';
import { codeOf } from './code-of';

const N = z.object({ n: z.number() });
const one = step('one', { input: N, output: N });
const two = step('two', { input: N, output: N });
const sum = step('sum', { input: z.array(N), output: N });

const chain = pipeline('chain', {
  config: z.object({}),
  graph(g) {
    const first = g.run(one, { n: 1 });
    g.always('tidy', () => {
      g.run(one, { n: 9 }, { id: 'clean' });
    });
    return g.run(two, { n: first.n });
  },
}).plan;

const called = pipeline('called', { config: z.object({}), graph: (g) => g.run(one, { n: 1 }) });

const mapped = (tolerate?: number) =>
  pipeline('mapped', {
    config: z.object({}),
    graph: (g) =>
      g.map(
        'each',
        [1, 2, 3],
        (n) => {
          const first = g.run(one, { n });
          return g.run(two, { n: first.n });
        },
        tolerate === undefined ? {} : { tolerate },
      ),
  }).plan;

const gated = pipeline('gated', {
  config: z.object({}),
  graph: (g) =>
    g.run(
      sum,
      g.map('each', [1], (n) => g.run(one, { n }), { maxParallel: 1 }),
      { after: g.approval('ok') },
    ),
}).plan;

const ana = { by: 'ana', reason: 'the wrong table' };
const at = '2001-01-01T00:00:00.000Z';
const paused: Event = { type: 'paused', ...ana, at };

/** Plays events one after another. */
function play(plan: Plan, ...events: readonly Event[]): Advance {
  return events.reduce<Advance>((now, event) => advance(plan, now.state, event), begin(plan, {}));
}

const statuses = ({ nodes }: RunState) => Object.fromEntries(Object.entries(nodes).map(([key, n]) => [key, n.status]));
const done = (address: string, n = 0): Event => ({ type: 'completed', address, output: { n } });
const commandsOf = ({ commands }: Advance) =>
  commands.map((c) =>
    'address' in c ? `${c.type} ${c.address}` : c.type === 'note' ? `${c.note.status} ${c.note.address}` : c.type,
  );

describe('a given output', () => {
  const given = (address: string): Event => ({ type: 'given', address, output: { n: 7 } });

  it('takes the place of an execution that is under way, which is told to stop and not heard any more', () => {
    const { state } = play(chain, given('one'), done('one', 1), { type: 'cancelled', address: 'one' });
    expect(state.nodes['one']).toMatchObject({ status: 'completed', output: { n: 7 } });
    expect(commandsOf(play(chain, given('one')))).toEqual(['stop one', 'run-step two']);
    expect(play(chain, given('one')).commands.at(-1)).toMatchObject({ input: { n: 7 } });
  });

  it('of a node that has not begun lets what reads it run, and it never begins', () => {
    const { state, commands } = play(chain, given('two'), done('one'));
    expect(statuses(state)).toMatchObject({ one: 'completed', two: 'completed' });
    expect(commandsOf({ state, commands })).toContain('run-step clean');
  });

  it('changes nothing at a node that has ended', () => {
    expect(play(chain, done('one', 1), given('one')).state.nodes['one']).toMatchObject({ output: { n: 1 } });
  });
});

describe('a cancelled node', () => {
  const cancelled = (address: string): Event => ({ type: 'node-cancelled', address, ...ana });

  it('fails, with who and why, and the run with it', () => {
    const { state, commands } = play(chain, cancelled('one'));
    expect(statuses(state)).toMatchObject({ one: 'failed', two: 'cancelled' });
    expect(commands).toContainEqual(expect.objectContaining({ type: 'stop', address: 'one' }));
    expect(state.finish?.ending?.failure).toMatchObject({ type: 'PER_FLOW_017' });
    expect(state.finish?.ending?.reason).toContain('one was cancelled by ana: the wrong table.');
  });

  it('as an item of a map that tolerates it is settled as failed, and the others go on', () => {
    const plan = mapped(1);
    const others = ['each[0]/one', 'each[2]/one', 'each[0]/two', 'each[2]/two'].map((address) => done(address, 5));
    const { state, commands } = play(plan, cancelled('each[1]'), ...others);
    expect(statuses(state)).toMatchObject({ 'each[1]/one': 'failed', 'each[1]/two': 'cancelled' });
    expect(commands.at(-1)).toMatchObject({
      type: 'end',
      status: 'completed',
      output: [{ value: { n: 5 } }, { status: 'failed', error: { type: 'PER_FLOW_017' } }, { value: { n: 5 } }],
    });
  });

  it('as an item of a map that tolerates nothing fails the map, and the others are stopped', () => {
    const { state, commands } = play(mapped(), cancelled('each[1]'));
    expect(state.ending).toMatchObject({ status: 'failed' });
    expect(commandsOf({ state, commands })).toEqual(expect.arrayContaining(['stop each[0]/one', 'stop each[2]/one']));
  });

  it('as a map takes everything inside with it, and opens no more items', () => {
    const { state, commands } = play({ ...gated, onFailure: 'finish-others' }, cancelled('each'));
    expect(statuses(state)).toMatchObject({
      each: 'failed',
      'each[0]/one': 'cancelled',
      ok: 'waiting',
      sum: 'cancelled',
    });
    expect(commandsOf({ state, commands })).toContain('stop each[0]/one');
  });

  it('as an approval needs no answer any more', () => {
    expect(commandsOf(play(gated, cancelled('ok')))).toEqual(expect.arrayContaining(['stop ok', 'failed ok']));
  });
});

describe('a hurried node', () => {
  it('is stopped and begun again with the same input, and the end of its first try is not heard', () => {
    const before = play(chain);
    const { state, commands } = play(chain, { type: 'hurried', address: 'one' });
    expect(commandsOf({ state, commands })).toEqual(['stop one', 'run-step one']);
    expect(commands.at(-1)).toEqual(before.commands.at(-1));
    expect(state.executions).toBe(before.state.executions);
    expect(play(chain, { type: 'hurried', address: 'one' }, done('one', 2)).state.nodes['two']?.status).toBe('running');
  });
});

describe('a pause', () => {
  it('lets what runs end, starts nothing, and is not kept by a cancellation', () => {
    const held = play(chain, paused, done('one'));
    expect(held.commands).toEqual([]);
    expect(statuses(held.state)).toMatchObject({ one: 'completed', two: 'pending' });
    expect(commandsOf(play(chain, paused, done('one'), { type: 'resumed' }))).toEqual(['run-step two']);
    expect(commandsOf(play(chain, paused, done('one'), { type: 'cancel', reason: 'x' }))).toContain('run-step clean');
  });

  it('holds up shards, which are told', () => {
    const wide = pipeline('wide', {
      config: z.object({}),
      graph: (g) =>
        g.map(
          'each',
          Array.from({ length: 300 }, (_, i) => i),
          (n) => g.run(one, { n }),
        ),
    }).plan;
    const { commands } = play(wide, paused);
    expect(commands).toEqual([0, 1].map((i) => ({ type: 'tell', address: `each#${i}`, order: paused })));
    expect(commandsOf(play(wide, paused, { type: 'resumed' }))).toEqual(['tell each#0', 'tell each#1']);
  });

  it('of final bodies is not kept by a cancellation, of which the run hears that a final body has called', () => {
    const tidied = pipeline('tidied', {
      config: z.object({}),
      graph(g) {
        g.always('tidy', () => {
          g.call(called, {}, { id: 'sweep' });
        });
        return g.run(one, { n: 1 });
      },
    }).plan;
    const { state, commands } = play(tidied, done('one', 1), paused, { type: 'cancel', reason: 'x' });
    expect(commands).toEqual([{ type: 'tell', address: 'sweep', order: { type: 'resumed' } }]);
    expect(state.paused).toBeNull();
  });

  it('holds up final bodies too', () => {
    const events = [done('one'), paused, done('two')] as const;
    expect(commandsOf(play(chain, ...events))).toEqual([]);
    expect(commandsOf(play(chain, ...events, { type: 'resumed' }))).toContain('run-step clean');
  });
});

describe('an end that waits for nobody', () => {
  it('runs no final body, and leaves off the one that runs', () => {
    const hard: Event = { type: 'ended-hard', reason: 'ended', final: false };
    expect(commandsOf(play(chain, { type: 'cancel', reason: 'x' }, hard))).toEqual([
      'stop one',
      'cancelled one',
      'skipped tidy',
      'skipped clean',
      'end',
    ]);
    const late = play(chain, done('one'), done('two'), hard);
    expect(commandsOf(late)).toContain('stop clean');
    expect(late.commands.at(-1)).toMatchObject({ type: 'end', status: 'cancelled', reason: 'ended' });
  });

  it('for the running nodes alone lets final bodies run, and does not cut them short', () => {
    const soft: Event = { type: 'ended-hard', reason: 'ended', final: true };
    const stopped = play(chain, { type: 'cancel', reason: 'x' }, soft);
    expect(commandsOf(stopped)).toEqual(['stop one', 'cancelled one', 'running tidy', 'run-step clean']);
    expect(stopped.state.finish?.ending).toMatchObject({ status: 'cancelled', reason: 'ended' });
    expect(advance(chain, stopped.state, soft).commands).toEqual([]);
  });
});

describe('what is sent', () => {
  it.each<[string, unknown]>([
    ['nothing', null],
    ['no action', { by: 'ana' }],
    ['an unknown action', { action: 'explode', by: 'ana' }],
    ['nobody', { action: 'pause', by: '' }],
    ['a reason that is none', { action: 'pause', by: 'ana', reason: 7 }],
    ['a book', { action: 'pause', by: 'ana', reason: 'x'.repeat(2_001) }],
    ['no node', { action: 'skip', by: 'ana', output: 1 }],
    ['an output that is no JSON', { action: 'skip', by: 'ana', node: 'one', output: NaN }],
    ['a grace that is no time', { action: 'cancel', by: 'ana', grace: 'long' }],
  ])('by anybody is refused when it is %s', (_, asked) => {
    expect(codeOf(() => readIntervention(asked))).toBe('PER_RUN_043');
  });

  it('may leave out the reason and the grace', () => {
    expect(readIntervention({ action: 'cancel', by: 'ana' })).toEqual({
      ...{ action: 'cancel', by: 'ana', reason: null },
      ...{ grace: 0, hard: false },
    });
  });

  it.each([null, 7, {}, { type: 'completed', address: 'one', output: 7 }, { type: 'paused' }, { type: 'ended-hard' }])(
    'as an order and is none is not one: %j',
    (said) => {
      expect(readOrder(said)).toBeNull();
    },
  );
});

describe('what cannot be done is refused with a code', () => {
  const refusal = (plan: Plan, events: readonly Event[], ask: object) =>
    codeOf(() => refuseIntervention(plan, play(plan, ...events).state, { ...ana, ...ask } as Intervention));
  const failed: Event = { type: 'cancel', reason: 'x' };

  it.each<[string, Plan, readonly Event[], object, string | null]>([
    ['a pause of what is paused', chain, [paused], { action: 'pause' }, 'PER_RUN_034'],
    ['a pause of what is ending', chain, [failed], { action: 'pause' }, 'PER_RUN_041'],
    ['going on with what is not paused', chain, [], { action: 'resume' }, 'PER_RUN_035'],
    ['an unknown node', chain, [], { action: 'skip', node: 'three', output: 1 }, 'PER_RUN_036'],
    ['an item that there is not', mapped(), [], { action: 'cancel-node', node: 'each[7]' }, 'PER_RUN_036'],
    ['a step without an output', chain, [], { action: 'skip', node: 'one' }, 'PER_RUN_040'],
    ['a node that has ended', chain, [done('one')], { action: 'skip', node: 'one', output: 1 }, 'PER_RUN_037'],
    ['a map that is to be skipped', mapped(), [], { action: 'skip', node: 'each', output: 1 }, 'PER_RUN_038'],
    ['an item that is to be tried', mapped(), [], { action: 'retry-now', node: 'each[1]' }, 'PER_RUN_038'],
    ['a node that has not begun', chain, [], { action: 'retry-now', node: 'two' }, 'PER_RUN_039'],
    ['a try in a paused run', chain, [paused], { action: 'retry-now', node: 'one' }, 'PER_RUN_034'],
    ['anything in a run that is ending', mapped(), [failed], { action: 'cancel-node', node: 'each[1]' }, 'PER_RUN_041'],
  ])('%s', (_, plan, events, ask, code) => {
    expect(refusal(plan, events, ask)).toBe(code);
  });

  it.each<[string, object]>([
    ['a pause', { action: 'pause' }],
    ['a cancellation', { action: 'cancel', grace: 0, hard: true }],
    ['an item cancelled', { action: 'cancel-node', node: 'each[2]' }],
    ['a step skipped', { action: 'skip', node: 'each[2]/two', output: 1 }],
    ['a step tried', { action: 'retry-now', node: 'each[2]/one' }],
  ])('%s is not', (_, ask) => {
    expect(() => {
      refuseIntervention(mapped(), play(mapped()).state, { ...ana, ...ask } as Intervention);
    }).not.toThrow();
  });
});
