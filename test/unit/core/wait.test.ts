// Danger: a wait that ends too early, twice or never; one for a moment that is none, taken for another; a run that sits for
// years because a number was in other units; a person who cannot end it.
import fc from 'fast-check';
import { z } from 'zod';
import { add, eq, pipeline, step, type WaitTime } from '../../../core';
import {
  advance,
  type Advance,
  begin,
  type Event,
  type Intervention,
  nodeTable,
  refuseIntervention,
  statusOf,
} from '../../../core/interpret';
import { countExecutions } from '../../../core/interpret/index-plan';
import { planHash } from '../../../core/plan/hash';
import type { Json } from '../../../core/plan/json';
import { planToMermaid } from '../../../core/plan/mermaid';
import type { Plan, WaitNode } from '../../../core/plan/plan';
import { lengthOf, lengthText, MAX_WAIT, momentOf } from '../../../core/plan/time';
import { planRerun } from '../../../core/rerun/plan-rerun';
import { findingsOf } from '../../../core/checks';
import { codeOf } from './code-of';
import { drive } from './drive';
import { planOf } from './plans';

const N = z.object({ n: z.number() });
const one = step('one', { input: N, output: N });
const NOW = Date.parse('2026-02-01T00:00:00.000Z');
const HOUR = 3_600_000;

const cooling = pipeline('cooling', {
  config: z.object({}),
  graph(g) {
    const first = g.run(one, { n: 1 });
    const cooled = g.wait('cool-off', '2h', { after: first });
    return { n: g.run(one, { n: 2 }, { id: 'two', after: cooled }).n, until: cooled.until };
  },
}).plan;

/** One that waits for what its config says. */
const lasting = pipeline('lasting', {
  config: z.object({ t: z.union([z.string(), z.number()]) }),
  graph: (g, config) => g.wait('w', config.t),
}).plan;
const moment = pipeline('moment', {
  config: z.object({ t: z.union([z.string(), z.number()]) }),
  graph: (g, config) => g.wait('w', { until: config.t }),
}).plan;

const time = (address: string, now = NOW): Event => ({ type: 'time', address, now });
const woke = (address: string): Event => ({ type: 'woke', address });
const done = (address: string): Event => ({ type: 'completed', address, output: { n: 1 } });

function play(plan: Plan, config: Json, ...events: readonly Event[]): Advance {
  return events.reduce<Advance>((now, event) => advance(plan, now.state, event), begin(plan, config));
}

const said = ({ commands }: Advance) =>
  commands.map((c) =>
    'address' in c ? `${c.type} ${c.address}` : c.type === 'note' ? `${c.note.status} ${c.note.address}` : c.type,
  );

describe('a wait', () => {
  it('asks for the time when what it comes after has ended, and sleeps until its moment', () => {
    expect(said(play(cooling, {}))).toEqual(['run-step one']);
    expect(play(cooling, {}, done('one')).commands).toEqual([{ type: 'tell-time', address: 'cool-off' }]);
    const until = '2026-02-01T02:00:00.000Z';
    const { commands, state } = play(cooling, {}, done('one'), time('cool-off'));
    expect(commands).toEqual([
      {
        type: 'note',
        note: { address: 'cool-off', node: 'cool-off', kind: 'wait', status: 'waiting', input: { until } },
      },
      { type: 'sleep', address: 'cool-off', ms: 2 * HOUR, until },
    ]);
    expect(state.nodes['cool-off']).toMatchObject({ status: 'waiting', until });
    const after = play(cooling, {}, done('one'), time('cool-off'), woke('cool-off'));
    expect(said(after)).toEqual(['completed cool-off', 'run-step two']);
    const end = play(cooling, {}, done('one'), time('cool-off'), woke('cool-off'), done('two'));
    expect(end.commands.at(-1)).toMatchObject({ type: 'end', status: 'completed', output: { n: 1, until } });
  });

  it('is not ended by an answer, nor by being told the time again, nor before it began', () => {
    const waiting = [done('one'), time('cool-off')];
    const answer = { approved: true, by: 'ana', note: null, at: '2026-02-01T00:00:00.000Z' };
    for (const event of [{ type: 'answered', address: 'cool-off', answer } as const, time('cool-off', NOW + 9 * HOUR)])
      expect(play(cooling, {}, ...waiting, event).commands).toEqual([]);
    expect(play(cooling, {}, woke('cool-off'), done('one')).commands).toHaveLength(1);
  });

  it.each<[string, Plan, Json, number]>([
    ['a length', lasting, '90s', 90_000],
    ['milliseconds', lasting, 1_500, 1_500],
    ['milliseconds with a fraction, rounded up', lasting, 0.2, 1],
    ['a moment in UTC', moment, '2026-02-01T01:00:00Z', HOUR],
    ['a moment in another zone', moment, '2026-02-01T05:30+05:30', 0],
    ['a moment in a zone to the west', moment, '2026-01-31T22:00:00.500-03:00', HOUR + 500],
    ['milliseconds since 1970', moment, NOW + 7, 7],
    ['no length', lasting, 0, 0],
    ['a length below none, computed', lasting, -5, 0],
    ['a moment that has passed', moment, '1999-01-01T00:00:00Z', 0],
    ['the longest length', lasting, '366d', MAX_WAIT],
  ])('takes %s', (_, plan, t, ms) => {
    const { commands } = play(plan, { t }, time('w'));
    const slept = commands.flatMap((c) => (c.type === 'sleep' ? [c.ms] : []));
    expect(slept).toEqual(ms > 0 ? [ms] : []);
    if (ms === 0) expect(commands.at(-1)).toMatchObject({ type: 'end', status: 'completed' });
  });

  it.each<[string, Plan, Json, string, string]>([
    ['text that is no length', lasting, 'tomorrow', 'PER_FLOW_013', 'no length of time'],
    ['null', lasting, null, 'PER_FLOW_013', 'null'],
    ['a list', moment, [1], 'PER_FLOW_013', 'a list'],
    ['a moment without a zone', moment, '2026-02-01T05:30:00', 'PER_FLOW_013', 'no moment'],
    ['a day', moment, '2026-02-01', 'PER_FLOW_013', 'no moment'],
    ['a day that is not', moment, '2026-02-30T00:00:00Z', 'PER_FLOW_013', 'no moment'],
    ['an hour that is not', moment, '2026-02-01T24:30:00Z', 'PER_FLOW_013', 'no moment'],
    ['a number beyond all dates', moment, 9e15, 'PER_FLOW_013', 'no moment'],
    ['more than a year', lasting, '367d', 'PER_FLOW_014', '366d'],
    ['microseconds since 1970', moment, NOW * 1_000, 'PER_FLOW_014', '366d'],
    ['a moment after more than a year', moment, '2027-02-03T00:00:00Z', 'PER_FLOW_014', '366d'],
  ])('fails when it is given %s', (_, plan, t, code, words) => {
    const { commands } = play(plan, { t }, time('w'));
    const end = commands.at(-1);
    expect(end).toMatchObject({ type: 'end', status: 'failed', failure: { type: code, fault: 'user' } });
    expect(end?.type === 'end' ? end.reason : '').toContain(words);
  });

  it('computes its time of what it reads', () => {
    const plan = pipeline('computed', {
      config: z.object({ hours: z.number() }),
      graph: (g, config) => g.wait('w', { until: add(g.run(one, { n: 1 }).n, config.hours) }),
    }).plan;
    const { commands } = play(plan, { hours: NOW }, done('one'), time('w', NOW - 1));
    expect(commands.at(-1)).toMatchObject({ type: 'sleep', ms: 2 });
  });

  it('counts as one execution, so that a map of many waits runs in shards', () => {
    const many = pipeline('many', {
      config: z.object({ list: z.array(z.number()) }),
      graph: (g, config) =>
        g.map('each', config.list, (n) => {
          const waited = g.wait('w', '1d');
          return g.run(one, { n }, { after: waited }).n;
        }),
    }).plan;
    expect(countExecutions(cooling.body)).toBe(3);
    const list = Array.from({ length: 450 }, (_, n) => n);
    const { end, started, commands } = drive(many, { list }, { step: (_, input) => ({ output: input }) });
    expect(end.output).toEqual(list);
    expect(started).toHaveLength(450);
    expect(commands.filter((c) => c.type === 'run-shard')).toHaveLength(3);
  });

  it('holds up what comes after it and nothing else, in arms, items, repetitions and final bodies', () => {
    const plan = pipeline('everywhere', {
      config: z.object({ yes: z.boolean() }),
      graph(g, config) {
        g.always('last', () => {
          g.run(one, { n: 0 }, { id: 'swept', after: g.wait('settle', '5s') });
        });
        return g.branch('taken', config.yes, {
          then: () =>
            g.until(
              'again',
              { n: 0 },
              (last) => {
                const each = g.map('each', [1, 2], (n) => {
                  g.run(one, { n }, { id: 'free' });
                  return g.run(one, { n }, { id: 'held', after: g.wait('pause', 10) }).n;
                });
                return { next: { n: each.length }, done: eq(last.n, 2) };
              },
              { max: 5 },
            ),
          else: () => g.wait('never', '1d'),
        });
      },
    }).plan;
    const { end, started, commands } = drive(plan, { yes: true }, { step: (_, input) => ({ output: input }) });
    expect(end).toMatchObject({ status: 'completed', output: { value: { n: 2 }, iterations: 2, done: true } });
    expect(commands.flatMap((c) => (c.type === 'sleep' ? [c.address] : []))).toEqual([
      ...['again[0]/each[0]/pause', 'again[0]/each[1]/pause', 'again[1]/each[0]/pause', 'again[1]/each[1]/pause'],
      'settle',
    ]);
    expect(started.filter((address) => address.endsWith('held'))).toHaveLength(4);
    expect(started.at(-1)).toBe('swept');
    expect(commands).toContainEqual({
      type: 'note',
      note: { address: 'never', node: 'never', kind: 'wait', status: 'skipped' },
    });
  });
});

describe('while it waits', () => {
  const waiting = play(cooling, {}, done('one'), time('cool-off'));
  const until = '2026-02-01T02:00:00.000Z';
  const ana = { by: 'ana', reason: 'the labels are here' } as const;
  const skip = (node: string, output?: Json): Intervention => ({
    action: 'skip',
    node,
    ...(output !== undefined && { output }),
    ...ana,
  });
  const refused = ({ state }: Advance, ask: Intervention) =>
    codeOf(() => {
      refuseIntervention(cooling, state, ask);
    });

  it('says until when, and is none of those that wait for a person', () => {
    const { nodes, waiting: asking } = statusOf(waiting.state);
    expect(nodes).toContainEqual({ address: 'cool-off', node: 'cool-off', status: 'waiting', until });
    expect(asking).toEqual([]);
    expect(nodeTable(cooling, waiting.state)).toContain(`| cool-off | wait | waiting until ${until} |`);
    const after = advance(cooling, waiting.state, woke('cool-off')).state;
    expect(statusOf(after).nodes).toContainEqual({ address: 'cool-off', node: 'cool-off', status: 'completed' });
    expect(nodeTable(cooling, after)).toContain('| cool-off | wait | completed |');
  });

  it('of several the table tells the next moment', () => {
    const plan = pipeline('several', {
      config: z.object({ list: z.array(z.number()) }),
      graph: (g, config) => g.map('each', config.list, (n) => g.wait('w', n)),
    }).plan;
    const { state } = play(plan, { list: [9_000, 5_000, 7_000] }, ...[0, 1, 2].map((i) => time(`each[${i}]/w`)));
    expect(nodeTable(plan, state)).toContain('| w | wait | 3 waiting (the first until 2026-02-01T00:00:05.000Z) |');
  });

  it('may be skipped, which ends it with the moment that it waited for; neither before nor after', () => {
    expect(refused(waiting, skip('cool-off'))).toBe('nothing was thrown');
    expect(refused(waiting, skip('cool-off', { until }))).toBe('PER_RUN_040');
    expect(refused(play(cooling, {}), skip('cool-off'))).toBe('PER_RUN_041');
    expect(refused(play(cooling, {}, done('one')), skip('cool-off'))).toBe('PER_RUN_041');
    expect(refused(waiting, { action: 'retry-now', node: 'cool-off', ...ana })).toBe('PER_RUN_038');
    const given: Event = { type: 'given', address: 'cool-off', output: null };
    const after = advance(cooling, waiting.state, given);
    expect(said(after)).toEqual(['stop cool-off', 'completed cool-off', 'run-step two']);
    expect(after.state.nodes['cool-off']).toMatchObject({ status: 'completed', output: { until } });
    expect(refused(after, skip('cool-off'))).toBe('PER_RUN_037');
    for (const late of [woke('cool-off'), given, { type: 'cancelled', address: 'cool-off' } as const])
      expect(advance(cooling, after.state, late).commands).toEqual([]);
    expect(play(cooling, {}, done('one'), given).commands).toEqual([]);
  });

  it('goes on while the run is paused, and nothing comes after it until it is resumed', () => {
    const paused = advance(cooling, waiting.state, { type: 'paused', at: until, ...ana });
    const over = advance(cooling, paused.state, woke('cool-off'));
    expect(said(over)).toEqual(['completed cool-off']);
    expect(said(advance(cooling, over.state, { type: 'resumed' }))).toEqual(['run-step two']);
  });

  it('is ended by a cancellation, of the run and of itself, also before it knows the time', () => {
    const cancel: Event = { type: 'cancel', reason: 'enough' };
    const cancelled = advance(cooling, waiting.state, cancel);
    expect(said(cancelled)).toContain('stop cool-off');
    expect(cancelled.commands.at(-1)).toMatchObject({ type: 'end', status: 'cancelled' });
    const asking = play(cooling, {}, done('one'), cancel);
    expect(said(asking)).toEqual(['cancelled two', 'cancelled cool-off', 'end']);
    const one = advance(cooling, waiting.state, { type: 'node-cancelled', address: 'cool-off', ...ana });
    expect(said(one)).toContain('stop cool-off');
    expect(one.commands.at(-1)).toMatchObject({ status: 'failed', failure: { type: 'PER_FLOW_017' } });
  });

  it('does not begin when the run comes to its end before it is told the time', () => {
    const two = pipeline('two', {
      config: z.object({}),
      graph: (g) => ({ n: g.run(one, { n: 1 }).n, w: g.wait('w', '1h').until }),
    }).plan;
    const ending = play(two, {}, { type: 'cancel', reason: 'enough' }, time('w'));
    expect(ending.commands).toEqual([]);
    expect(
      play(two, {}, { type: 'cancel', reason: 'enough' }, time('w'), { type: 'cancelled', address: 'one' }).commands.at(
        -1,
      ),
    ).toMatchObject({ status: 'cancelled' });
  });
});

describe('a plan with a wait', () => {
  it('keeps the length in milliseconds, however it was written', () => {
    const of = (t: '2h' | '120m' | 7_200_000) =>
      planHash(pipeline('p', { config: z.object({}), graph: (g) => g.wait('w', t) }).plan);
    expect(new Set([of('2h'), of('120m'), of(7_200_000)]).size).toBe(1);
  });

  it('is drawn with what it waits for', () => {
    expect(planToMermaid(cooling)).toContain('n1{{"cool-off<br/>waits for 2h"}}');
    expect(planToMermaid(cooling)).toContain('n0 -.-> n1');
    expect(planToMermaid(moment)).toContain('waits until config.t');
  });

  it('is refused when its time is malformed, or more than a year', () => {
    const refusedBy = (time: WaitTime) =>
      codeOf(() => pipeline('p', { config: z.object({}), graph: (g) => g.wait('w', time) }));
    expect(refusedBy('366d')).toBe('nothing was thrown');
    expect(refusedBy('367d')).toBe('PER_DEF_023');
    expect(refusedBy(MAX_WAIT + 1)).toBe('PER_DEF_023');
    expect(refusedBy(0)).toBe('PER_DEF_002');
    expect(refusedBy({ until: '2026-03-01T06:00:00Z' })).toBe('nothing was thrown');
    expect(refusedBy({ until: '2026-03-01' })).toBe('PER_DEF_023');
    expect(refusedBy({ until: NaN })).toBe('PER_DEF_016');
  });

  it('of any form says what is wrong, and where', () => {
    const messages = (time: WaitNode['time']) => {
      const plan = planOf({ nodes: [{ kind: 'wait', id: 'w', time, after: [] }], output: { op: 'literal', value: 1 } });
      return findingsOf(plan).flatMap(({ code, node, message }) =>
        code === 'PER_DEF_023' ? [`${node} ${message}`] : [],
      );
    };
    expect(messages({ for: { op: 'literal', value: 'soon' } })).toEqual([
      'w w waits for "soon", which is no length of time.',
    ]);
    expect(messages({ for: { op: 'literal', value: '400d' } })).toEqual(['w w waits for 400d, and 366d are the most.']);
    expect(messages({ until: { op: 'literal', value: null } })).toEqual(['w w waits until null, which is no moment.']);
    expect(messages({ until: { op: 'config', path: ['t'] } })).toEqual([]);
  });

  it('is not waited for again by a rerun that it is taken over by', () => {
    const recorded = {
      plan: cooling,
      config: {},
      nodes: [
        ...['one', 'cool-off'].map((node) => ({ address: node, node, status: 'completed' as const })),
        { address: 'two', node: 'two', status: 'failed' as const },
      ].map((row) => ({ ...row, refused: false, items: null })),
    };
    const { reuse } = planRerun(recorded, { plan: cooling, config: {} }, {});
    expect([...reuse.nodes].sort()).toEqual(['cool-off', 'one']);
    const held = { one: { n: 1 }, 'cool-off': { until: 'then' } } as const;
    const { end, commands } = drive(
      cooling,
      {},
      {
        step: () => ({ output: { n: 5 } }),
        reuse: {
          nodes: reuse.nodes,
          outputOf: (address) => (address === 'one' || address === 'cool-off' ? held[address] : undefined),
        },
      },
    );
    expect(end.output).toEqual({ n: 5, until: 'then' });
    expect(commands.filter((c) => c.type === 'tell-time' || c.type === 'sleep')).toEqual([]);
    const from = planRerun(recorded, { plan: cooling, config: {} }, { from: 'cool-off' });
    expect(from.reuse.nodes).toEqual(['one']);
  });
});

describe('times', () => {
  it('are written as they are read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_WAIT }), (ms) => {
        expect(lengthOf(lengthText(ms))).toBe(ms);
      }),
    );
    expect([7_200_000, 90_000, 1, 0].map(lengthText)).toEqual(['2h', '90s', '1ms', '0ms']);
  });

  it('are the moments that dates are', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z') }),
        (date) => {
          expect(momentOf(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });
});
