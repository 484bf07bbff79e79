import { z } from 'zod';
import { implement, pipeline, step } from '../../../../core';

const N = z.object({ n: z.int() });
const left = step('left', { input: N, output: N, cache: false });
const right = step('right', { input: N, output: N, cache: false });

export const cpu = implement({ left, right }, { left: (input) => input, right: (input) => input });

/** Two steps that do not wait for one another, which is where an order can change, and then a person. */
const waits = (name: string) =>
  pipeline(name, {
    config: N,
    graph(g, { n }) {
      const [one, other] = [g.run(left, { n }), g.run(right, { n })];
      return { one, asked: g.approval('ask', { show: other }) };
    },
  });

export const staying = waits('staying');
export const leaving = waits('leaving');
