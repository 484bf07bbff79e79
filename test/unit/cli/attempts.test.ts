/**
 * Danger: a step that executes is shown as one that waits, or the other way round; the time of the next attempt is that of
 * another one; the retries of its contract are told where this use of it has its own.
 */
import { z } from 'zod';
import { retryingOf, retryOf } from '../../../cli/views/attempts';
import { pipeline, step } from '../../../core';
import type { NodeRow } from '../../../store/nodes/node-row';

const N = z.object({ n: z.number() });
const flaky = step('flaky', {
  input: N,
  output: N,
  retry: { attempts: 4, firstDelay: '1m', factor: 3, maxDelay: '5m' },
});
const { plan } = pipeline('p', {
  config: N,
  graph: (g, { n }) => g.run(flaky, g.run(flaky, { n }), { id: 'own', retry: { attempts: 2 } }),
});

const at = '2026-02-01T00:00:00.000Z';
const node = (id: string, status: NodeRow['status'] = 'running'): NodeRow => ({
  ...{ run_id: 'r', address: id, node: id, kind: 'step', step: 'flaky', pool: 'cpu', status, fence: 1 },
  ...{ input: null, output: null, error: null, cache: null, reused_from: null, given: null },
  ...{ first_claimed: at, ended_at: null },
});
const failed = (attempt: number, address = 'flaky', fence = attempt) => {
  const error = { type: 'Error', message: `broken ${attempt}`, fault: 'user', retryable: true } as const;
  return { address, fence, attempt, outcome: 'failed', ended_at: at, error } as const;
};

test.each([
  [1, '2026-02-01T00:01:00.000Z'],
  [2, '2026-02-01T00:03:00.000Z'],
  [3, '2026-02-01T00:05:00.000Z'],
])('after attempt %d the next one is at %s: the wait grows to its limit', (attempt, next) => {
  const executions = Array.from({ length: attempt }, (_, i) => failed(i + 1)).reverse();
  expect(retryingOf(plan, [node('flaky')], executions)).toMatchObject([
    { address: 'flaky', attempt, attempts: 4, error: { message: `broken ${attempt}` }, next },
  ]);
});

test('a delay that the step itself asked for counts before that of its retries', () => {
  const asked = { ...failed(1), error: { ...failed(1).error, nextDelay: 600_000 } };
  expect(retryingOf(plan, [node('flaky')], [asked])).toMatchObject([{ next: '2026-02-01T00:10:00.000Z' }]);
});

test('what executes, has ended, has used up its attempts, or is another node does not wait', () => {
  const open = { ...failed(2), outcome: null, ended_at: null, error: null };
  expect(retryingOf(plan, [node('flaky')], [failed(1), open])).toEqual([]);
  expect(retryingOf(plan, [node('flaky', 'failed')], [failed(1)])).toEqual([]);
  expect(retryingOf(plan, [node('flaky')], [failed(4)])).toEqual([]);
  expect(retryingOf(plan, [node('own')], [failed(2, 'own')])).toEqual([]);
  expect(retryingOf(plan, [node('flaky')], [failed(1, 'own')])).toEqual([]);
  expect(retryingOf(null, [node('flaky')], [failed(1)])).toEqual([]);
});

test("a use's own retries count before those of its contract", () => {
  expect(retryOf(plan, node('own'))?.attempts).toBe(2);
  expect(retryOf(plan, node('flaky'))?.attempts).toBe(4);
});
