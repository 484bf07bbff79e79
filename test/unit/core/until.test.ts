// Danger: a repetition that never ends, runs one time too many or too few, or hands on the wrong value.
import fc from 'fast-check';
import { z } from 'zod';
import { gte, lt, pipeline, step } from '../../../core';
import type { Json } from '../../../core/plan/json';
import { codeOf } from './code-of';
import { drive } from './drive';

const Number_ = z.object({ n: z.number() });
const add = step('add', { input: z.object({ n: z.number(), by: z.number() }), output: Number_ });

const counting = (max: number) =>
  pipeline('counting', {
    config: z.object({ goal: z.number(), by: z.number() }),
    graph(g, config) {
      const counted = g.until(
        'count',
        { n: 0 },
        (last) => {
          const next = g.run(add, { n: last.n, by: config.by });
          return { next: { n: next.n }, done: gte(next.n, config.goal) };
        },
        { max },
      );
      return { n: counted.value.n, iterations: counted.iterations, done: counted.done };
    },
  }).plan;

function addUp(_: string, input: Json): { output: Json } {
  const { n, by } = z.object({ n: z.number(), by: z.number() }).parse(input);
  return { output: { n: n + by } };
}

describe('a repetition', () => {
  it('runs until it is done, and at most as often as it may', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 40 }), (max, goal) => {
        const { end, started } = drive(counting(max), { goal, by: 1 }, { step: addUp });
        const times = Math.min(max, goal);
        expect(end).toMatchObject({ status: 'completed', output: { n: times, iterations: times, done: goal <= max } });
        expect(started).toEqual(Array.from({ length: times }, (_, i) => `count[${i}]/add`));
      }),
      { numRuns: 50 },
    );
  });

  it('fails with the iteration that fails, and starts no other', () => {
    const failure = { type: 'Broken', message: 'broken', fault: 'user', retryable: false } as const;
    const { end, started } = drive(
      counting(9),
      { goal: 9, by: 1 },
      { step: (address, input) => (address === 'count[2]/add' ? { failure } : addUp(address, input)) },
    );
    expect(end).toMatchObject({ status: 'failed', failure });
    expect(started).toHaveLength(3);
  });

  it('stands inside a map, whose items repeat by themselves', () => {
    const plan = pipeline('many', {
      config: z.object({ goals: z.array(z.number()) }),
      graph: (g, config) =>
        g.map('each', config.goals, (goal) =>
          g.until(
            'count',
            0,
            (last, iteration) => {
              const next = g.run(add, { n: last, by: iteration });
              return { next: next.n, done: gte(next.n, goal) };
            },
            { max: 9 },
          ),
        ),
    }).plan;
    // Each time adds its own number: 0, 1, 3, 6.
    const { end, started } = drive(plan, { goals: [0, 3, 5] }, { step: addUp });
    expect(end.output).toEqual([
      { value: 0, iterations: 1, done: true },
      { value: 3, iterations: 3, done: true },
      { value: 6, iterations: 4, done: true },
    ]);
    expect(started).toContain('each[2]/count[3]/add');
    expect(started).toHaveLength(8);
  });

  it('holds a map, whose items read what the time before handed on', () => {
    const plan = pipeline('inner', {
      config: z.object({ list: z.array(z.number()) }),
      graph: (g, config) =>
        g.until(
          'twice',
          { n: 1 },
          (last) => {
            const sums = g.map('each', config.list, (by) => g.run(add, { n: last.n, by }).n);
            return { next: { n: sums.length }, done: lt(sums.length, 0) };
          },
          { max: 2 },
        ),
    }).plan;
    const { end, started } = drive(plan, { list: [5, 6, 7] }, { step: addUp });
    expect(end.output).toEqual({ value: { n: 3 }, iterations: 2, done: false });
    expect(started).toEqual([0, 1].flatMap((time) => [0, 1, 2].map((i) => `twice[${time}]/each[${i}]/add`)));
  });

  it('is refused when all its times would not fit one workflow, or it has no number of times', () => {
    expect(codeOf(() => counting(501))).toBe('PER_DEF_011');
    expect(codeOf(() => counting(0))).toBe('PER_DEF_024');
  });
});
