// Danger: what failed is shown as if somebody had stopped it, and what never ran as if it had been at work: nobody finds
// the failure that all of it comes from.
import { z } from 'zod';
import { gte, implement, pipeline, type RefBase, step } from '../../../core';
import { runLocal } from '../../../testing';
import { nodeNews } from '../../../cli/verbs/run';
import { stateText } from '../../../cli/views/run-view';
import type { NodeRow } from '../../../store/nodes/node-row';

const boom = step('boom', { input: z.object({ n: z.number() }), output: z.number(), retry: { attempts: 1 } });
const after = step('after', { input: z.object({ n: z.number() }), output: z.number() });
const steps = implement(
  { boom, after },
  {
    boom: ({ n }) => {
      if (n > 0) throw new Error('no rows');
      return n;
    },
    after: ({ n }) => n,
  },
);

const Config = z.object({ list: z.array(z.number()) });

/** A failure deep inside a map, in a repetition, in a branch; something waits for the map, and something for that. */
const deep = (onFailure: 'cancel' | 'finish-others') =>
  pipeline('deep', {
    config: Config,
    onFailure,
    graph(g, config) {
      const all = g.map('each', config.list, (n) =>
        g.branch('gate', gte(n, 0), {
          then: () => {
            const body = (carry: RefBase<number>) => ({ next: g.run(boom, { n: carry }), done: gte(carry, 0) });
            const again = g.until('again', n, body, { max: 2 });
            return g.run(after, { n: again.value }, { id: 'inner' });
          },
        }),
      );
      const next = g.run(after, { n: 1 }, { id: 'next', after: all });
      return g.run(after, { n: next }, { id: 'last' });
    },
  });

const row = (address: string, more: Pick<NodeRow, 'status' | 'kind' | 'error'>): NodeRow => ({
  ...{ run_id: 'R', address, node: address, step: null, pool: null, fence: 0, input: null, output: null, cache: null },
  ...{ reused_from: null, given: null, first_claimed: '2026-02-01T00:00:00Z', ended_at: '2026-02-01T00:00:00Z' },
  ...more,
});

async function shown(onFailure: 'cancel' | 'finish-others', list: number[]): Promise<Record<string, string>> {
  const run = await runLocal(deep(onFailure), { list }, { steps });
  expect(run.status).toBe('failed');
  return Object.fromEntries(
    [...run.nodes.values()].map(({ address, status, kind, failure }) => [
      address,
      stateText(row(address, { status, kind, error: failure }), new Date(), null),
    ]),
  );
}

const failed = 'failed: each[0]/again[0]/boom: no rows';
const notRun = 'not run, since each[0]/again[0]/boom failed';

it.each(['cancel', 'finish-others'] as const)(
  'what stands around a failure has failed with it, and what waited for it says so (%s)',
  async (onFailure) => {
    const states = await shown(onFailure, [1]);
    expect(states).toMatchObject({ each: failed, 'each[0]/gate': failed, 'each[0]/again': failed });
    expect(states).toMatchObject({ 'each[0]/again[0]/boom': 'failed', 'each[0]/inner': notRun });
    expect(states).toMatchObject({ next: notRun, last: notRun });
  },
);

it('a map in shards names the node, not the shard', async () => {
  const states = await shown('cancel', [...Array.from({ length: 600 }, () => 0), 1]);
  expect(states).toMatchObject({
    each: 'failed: each[600]/again[0]/boom: no rows',
    next: 'not run, since each failed',
  });
});

it('what a run says while it is waited for names the failure too', () => {
  const error = { type: 'E', message: 'not run, since a failed', fault: 'user', retryable: false, of: 'a' } as const;
  expect(nodeNews(row('b', { status: 'cancelled', kind: 'step', error }), 'R')).toBe('b not run, since a failed');
});
