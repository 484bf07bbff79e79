// Danger: a message whose repair is for another mistake, or whose sentences run into each other, so that a user looks in the
// wrong place. Each is read whole, as it is shown.
import { z } from 'zod';
import { implement, pipeline, step } from '../../../core';
import { sentence } from '../../../core/errors/sentence';
import { runLocal } from '../../../testing';

const one = step('one', { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) });
const other = step('other', { input: z.object({ n: z.number() }), output: z.null() });
const steps = [implement({ one }, { one: ({ n }) => ({ n }) })];

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return 'nothing was thrown';
}

it.each([
  ['boom', 'boom.'],
  [' exit. \n', 'exit.'],
  ["KeyError: 'x'", "KeyError: 'x'."],
  ['Really?', 'Really?'],
  ['(it is over.)', '(it is over.)'],
])('%j is the sentence %j', (said, whole) => {
  expect(sentence(said)).toBe(whole);
});

it('a map says what it goes over, what that is, and how to give it a list', async () => {
  const over = pipeline('over', {
    config: z.object({ rows: z.any() }),
    graph: (g, config) => g.map('each', config.rows, () => g.run(one, { n: 1 })),
  });
  const { failure } = await runLocal(over, { rows: { a: 1 } }, { steps });
  expect(failure?.message).toBe(
    "[PER_FLOW_002] The map each goes over 'config.rows', which is an object and not a list. Give g.map a list, of the config or of a node; read one that may be missing with coalesce(list, []).",
  );
});

it('what failed first in a map is a sentence of its own', async () => {
  const wide = pipeline('wide', {
    config: z.object({ rows: z.array(z.number()) }),
    graph: (g, config) => g.map('each', config.rows, (n) => g.run(one, { n }), { tolerate: 1 }),
  });
  const broken = new Error('out of memory');
  const { failure } = await runLocal(
    wide,
    { rows: [1, 2, 3] },
    { steps, failures: { 'each[0]/one': Array(9).fill(broken), 'each[1]/one': Array(9).fill(broken) } },
  );
  expect(failure?.message).toMatch(
    /2 of the items of the map each failed and it tolerates 1\. The first: .*out of memory\. See the items' own errors/,
  );
});

it('handlers that do not match are named together, the missing and those of no contract', () => {
  const handlers: object = { one: ({ n }: { n: number }) => ({ n }), othre: () => null };
  expect(messageOf(() => Reflect.apply(implement, null, [{ one, other }, handlers]))).toMatch(
    /^\[PER_DEF_006\] implement\(\) lacks a handler for other, and has handlers without a contract: othre\. Give implement/,
  );
});

it('a count that is none is told how a count is written, not what JSON is', () => {
  const none = () =>
    pipeline('none', {
      config: z.object({ rows: z.array(z.number()) }),
      graph: (g, config) => g.map('each', config.rows, (n) => g.run(one, { n }), { tolerate: 0 }),
    });
  expect(messageOf(none)).toBe(
    "[PER_DEF_024] tolerate of each is 0, neither a count from 1 nor 'all'. Give a whole number from 1, or leave the option out where it may be.",
  );
});
