import { z } from 'zod';
import { coalesce, eq, gte, implement, pipeline, step } from '../../../core';

const Number_ = z.object({ n: z.number() });
const quick = { retry: { attempts: 3, firstDelay: '10ms', never: ['Never'] } } as const;

export const double = step('double', { input: Number_, output: Number_, ...quick });
export const add = step('add', { input: z.object({ list: z.array(Number_) }), output: Number_, light: true });
export const tiny = step('tiny', { input: Number_, output: Number_, light: true });
/** Fails as often as it is told, then answers how often it was tried. */
export const stumble = step('stumble', {
  input: z.object({ key: z.string(), times: z.int(), type: z.string() }),
  output: z.object({ tries: z.int() }),
  ...quick,
});
/** Runs until it is cancelled. */
export const endless = step('endless', { input: Number_, output: Number_, heartbeat: '2s', timeout: '1m' });

/** Ends long after its time is over, and never looks whether it should. */
export const overdue = step('overdue', {
  input: Number_,
  output: Number_,
  timeout: '200ms',
  retry: { attempts: 1 },
});
export const write = step('write', { input: z.object({ size: z.int() }), output: z.object({ text: z.string() }) });
export const measure = step('measure', {
  input: z.object({ text: z.string(), item: z.int() }),
  output: z.object({ length: z.int() }),
});

export const chain = pipeline('chain', {
  config: z.object({ n: z.number().default(1) }),
  graph(g, config) {
    const first = g.run(double, { n: config.n });
    const second = g.run(tiny, { n: first.n }, { id: 'second' });
    return g.run(double, { n: second.n }, { id: 'third' });
  },
});

export const fanOut = pipeline('fan-out', {
  config: z.object({ items: z.array(z.number()) }),
  graph(g, config) {
    const doubled = g.map('each', config.items, (item) => g.run(tiny, { n: item }), { maxParallel: 8 });
    return { sum: g.run(add, { list: doubled }).n, count: config.items.length };
  },
});

export const gate = pipeline('gate', {
  config: z.object({ n: z.number() }),
  graph: (g, config) => g.branch('high', gte(config.n, 10), { then: () => g.run(double, { n: config.n }) }),
});

export const sorting = pipeline('sorting', {
  config: z.object({ size: z.enum(['small', 'large', 'huge']) }),
  graph: (g, config) =>
    g.branch('by-size', config.size, {
      switch: { small: () => g.run(tiny, { n: 1 }), large: () => g.run(double, { n: 50 }) },
      else: () => g.run(double, { n: 500 }, { id: 'other' }),
    }),
});

export const release = pipeline('release', {
  config: z.object({ n: z.number(), minutes: z.number().default(5) }),
  graph: (g, config) => g.run(double, { n: config.n }, { after: g.approval('sign-off', { show: { n: config.n } }) }),
});

export const hurry = pipeline('hurry', {
  config: z.object({}),
  graph: (g) =>
    g.branch('signed', eq(g.approval('sign-off', { timeout: '50ms' }).approved, true), {
      then: () => ({ by: 'a person' }),
      else: () => ({ by: 'nobody' }),
    }),
});

export const stumbling = pipeline('stumbling', {
  config: z.object({ key: z.string(), times: z.int(), type: z.string().default('Sometimes') }),
  graph: (g, config) => g.run(stumble, { key: config.key, times: config.times, type: config.type }),
});

export const waiting = pipeline('waiting', {
  config: z.object({}),
  graph: (g) => ({ a: g.run(endless, { n: 1 }), b: g.run(double, { n: 2 }) }),
});

export const breaking = pipeline('breaking', {
  config: z.object({ key: z.string() }),
  graph: (g, config) => ({
    a: g.run(endless, { n: 1 }),
    b: g.run(stumble, { key: config.key, times: 99, type: 'Never' }),
  }),
});

/** Every item reads one large value. */
export const wide = pipeline('wide', {
  config: z.object({ items: z.array(z.int()), size: z.int() }),
  graph(g, config) {
    const { text } = g.run(write, { size: config.size });
    return { lengths: g.map('each', config.items, (item) => g.run(measure, { text, item }).length) };
  },
});

export const late = pipeline('late', {
  config: z.object({}),
  graph: (g) => g.run(double, { n: g.run(overdue, { n: 1 }).n }),
});

export const repeating = pipeline('repeating', {
  config: z.object({ goal: z.number() }),
  graph(g, config) {
    const doubled = g.until(
      'grow',
      { n: 1 },
      (last) => {
        const next = g.run(double, { n: last.n });
        return { next: { n: next.n }, done: gte(next.n, config.goal) };
      },
      { max: 6 },
    );
    return doubled;
  },
});

export const calling = pipeline('calling', {
  config: z.object({ items: z.array(z.number()) }),
  graph: (g, config) => ({
    one: g.call(chain, { n: 5 }, { id: 'once' }).n,
    each: g.map('each', config.items, (n) => g.call(chain, { n }).n),
  }),
});

/** Waits until it is cancelled, or fails at once; tidies up in any case. */
export const guarded = pipeline('guarded', {
  config: z.object({ key: z.string(), waits: z.boolean() }),
  graph(g, config) {
    const first = g.run(double, { n: 1 });
    const work = g.branch('work', config.waits, {
      then: () => g.run(endless, { n: first.n }).n,
      else: () => g.run(stumble, { key: config.key, times: 99, type: 'Never' }).tries,
    });
    g.onFailure('tell', () => {
      g.run(tiny, { n: 100 }, { id: 'alert' });
    });
    g.always('tidy', () => {
      g.run(double, { n: coalesce(first.n, 0) }, { id: 'clean' });
    });
    return work;
  },
});

/** Two uses of one step, of which one asks for more than the contract; and a call that is urgent. */
export const urgent = pipeline('urgent', {
  config: z.object({}),
  graph(g) {
    const usual = g.run(double, { n: 1 });
    const asked = { timeout: '7s', retry: { attempts: 2 }, priority: 1, tags: ['team:risk'], cache: false } as const;
    g.run(double, { n: usual.n }, { id: 'hurried', ...asked });
    return g.call(gate, { n: 12 }, { priority: 2 });
  },
});

export const tolerant = pipeline('tolerant', {
  config: z.object({ keys: z.array(z.object({ key: z.string(), times: z.int() })) }),
  graph: (g, config) =>
    g.map('each', config.keys, ({ key, times }) => g.run(stumble, { key, times, type: 'Never' }), { tolerate: 1 }),
});

/** Asks for a number at each item; with many items they wait in shards. */
export const asking = pipeline('asking', {
  config: z.object({ items: z.array(z.int()) }),
  graph: (g, config) =>
    g.map('each', config.items, (item) =>
      g.branch('odd', eq(item, 1), {
        then: () => g.approval('how-much', { show: item, answer: Number_, by: ['ana'] }).answer,
        else: () => null,
      }),
    ),
});

/** Waits between two steps, and at each item. */
export const ripening = pipeline('ripening', {
  config: z.object({ length: z.union([z.number(), z.string()]), items: z.array(z.number()).default([]) }),
  graph(g, config) {
    const first = g.run(double, { n: 1 });
    const cooled = g.wait('cool-off', config.length, { after: first });
    const second = g.run(double, { n: first.n }, { id: 'second', after: cooled });
    const each = g.map('each', config.items, (ms) => g.wait('ripe', ms));
    return { n: second.n, until: cooled.until, items: each.length };
  },
});

/** Waits for a moment that a step gives. */
export const timely = pipeline('timely', {
  config: z.object({ half: z.number() }),
  graph: (g, config) => g.wait('moment', { until: g.run(double, { n: config.half }).n }),
});

export const pipelines = [
  chain,
  fanOut,
  gate,
  sorting,
  release,
  hurry,
  stumbling,
  waiting,
  breaking,
  wide,
  late,
  repeating,
  calling,
  guarded,
  urgent,
  tolerant,
  asking,
  ripening,
  timely,
];

const tries = new Map<string, number>();

export class Stumbled extends Error {
  constructor(readonly type: string) {
    super('stumbled');
  }
}

export const toySteps = implement(
  { double, add, tiny, stumble, endless, overdue, write, measure },
  {
    double: ({ n }) => ({ n: n * 2 }),
    add: ({ list }) => ({ n: list.reduce((sum, { n }) => sum + n, 0) }),
    tiny: ({ n }) => ({ n: n + 1 }),
    stumble({ key, times, type }) {
      const now = (tries.get(key) ?? 0) + 1;
      tries.set(key, now);
      if (now <= times) throw new Stumbled(type);
      return { tries: now };
    },
    overdue: () => new Promise((resolve) => setTimeout(() => resolve({ n: 0 }), 1_000)),
    write: ({ size }) => ({ text: 'x'.repeat(size) }),
    measure: ({ text }) => ({ length: text.length }),
    endless: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        });
      }),
  },
);
