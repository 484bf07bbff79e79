/* oxlint-disable typescript/no-unsafe-assignment -- what the compiler refuses has the type of an error */
// Danger: a call, a person's answer, a repetition or what comes at the end gives less than it could, or takes what is wrong.
import { z } from 'zod';
import { coalesce, eq, type Graph, lt, type OutputOf, pipeline, type Ref, type RunEnd, step } from '../../core';
import { type Equal, holds } from './equal';

const fit = step('fit', {
  input: z.object({ rate: z.number() }),
  output: z.object({ loss: z.number(), next: z.number() }),
});
const tell = step('tell', { input: z.object({ text: z.string() }), output: z.null() });
const tuneOnce = pipeline('tune-once', {
  config: z.object({ rate: z.number(), label: z.string().default('x') }),
  graph: (g, config) => ({ loss: g.run(fit, { rate: config.rate }).loss, label: config.label }),
});

export const forms = pipeline('forms', {
  config: z.object({ rate: z.number(), goal: z.number() }),
  graph(g, config) {
    const called = g.call(tuneOnce, { rate: config.rate });
    const plain = g.approval('plain');
    const asked = g.approval('asked', { answer: z.object({ share: z.number() }) });
    const tuned = g.until(
      'tuned',
      { rate: config.rate, loss: 1 },
      (last) => {
        const fitted = g.run(fit, { rate: last.rate });
        return { next: { rate: fitted.next, loss: fitted.loss }, done: lt(fitted.loss, config.goal) };
      },
      { max: 3 },
    );
    return { called, by: plain.by, share: asked.answer, tuned };
  },
});
holds<
  Equal<
    OutputOf<typeof forms>,
    {
      called: { loss: number; label: string };
      by: string;
      // Nobody may have answered: time may have run out.
      share: { share: number } | null;
      tuned: { readonly value: { rate: number; loss: number }; readonly iterations: number; readonly done: boolean };
    }
  >
>();

export function calls(g: Graph): void {
  // @ts-expect-error a config without what has no default
  g.call(tuneOnce, {});
  // @ts-expect-error a config of another type
  g.call(tuneOnce, { rate: 'fast' });
  // @ts-expect-error a config with what is not there
  g.call(tuneOnce, { rate: 1, speed: 2 });
  // @ts-expect-error a field that the called pipeline does not give
  g.run(fit, { rate: g.call(tuneOnce, { rate: 1 }).auc });
  // @ts-expect-error a step is run, not called
  g.call(fit, { rate: 1 });
}

export function answers(g: Graph): void {
  const asked = g.approval('asked', { answer: z.object({ share: z.number() }) });
  // @ts-expect-error an answer that may not be there
  g.run(fit, { rate: asked.answer.share });
  // @ts-expect-error a field that nobody is asked for
  g.run(fit, { rate: coalesce(asked.answer, { share: 1 }).shore });
  // @ts-expect-error another value in its place than the answer has
  g.run(fit, { rate: coalesce(asked.answer, { share: 'all' }).share });
  // @ts-expect-error nothing was asked for but yes or no
  g.run(fit, { rate: g.approval('plain').answer });
  g.run(fit, { rate: coalesce(asked.answer, { share: 1 }).share });
}

export function repetitions(g: Graph, config: Ref<{ rate: number; goal: number }>): void {
  const body = (last: Ref<{ rate: number }>) => {
    const fitted = g.run(fit, { rate: last.rate });
    return { next: { rate: fitted.next }, done: lt(fitted.loss, config.goal) };
  };
  // @ts-expect-error a repetition without a bound
  g.until('tune', { rate: 1 }, body, {});
  // @ts-expect-error hands on something else than it takes
  g.until('tune', { rate: 1 }, (last) => ({ next: { speed: last.rate }, done: lt(last.rate, 1) }), { max: 3 });
  // @ts-expect-error never says whether it is done
  g.until('tune', { rate: 1 }, (last) => ({ next: { rate: last.rate } }), { max: 3 });
  // @ts-expect-error the carry is under `value`
  g.run(fit, { rate: g.until('tune', { rate: 1 }, body, { max: 3 }).rate });
  g.run(fit, { rate: g.until('tune', { rate: 1 }, body, { max: 3 }).value.rate });
}

export function ends(g: Graph, table: Ref<string>): void {
  g.always('cleanup', (end) => {
    holds<Equal<typeof end, Ref<RunEnd>>>();
    g.run(tell, { text: end.status });
    // @ts-expect-error a status that no run ends with
    eq(end.status, 'done');
    // @ts-expect-error the end has no output
    g.run(tell, { text: end.output });
  });
  g.onFailure('alert', (end) => {
    g.run(tell, { text: end.status });
    // @ts-expect-error a text is asked for
    g.run(tell, { text: 1 });
    g.run(tell, { text: coalesce(table, 'none') });
  });
  // @ts-expect-error nothing comes of what is done at the end
  g.run(tell, { text: g.always('late', () => undefined) });
}
