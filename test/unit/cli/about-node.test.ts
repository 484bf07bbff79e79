/**
 * Danger: a person is told of a run that was never started, of an answer that nobody was asked for, or of an item or arm
 * where there is none.
 */
import { z } from 'zod';
import { aboutNode } from '../../../cli/views/about-node';
import { pipeline } from '../../../core';
import { allNodes } from '../../../core/nodes';
import type { PlanNode } from '../../../core/plan/plan';
import type { NodeRow } from '../../../store/nodes/node-row';

const inner = pipeline('inner', { config: z.object({}), graph: () => 1 });
const { plan } = pipeline('p', {
  config: z.object({}),
  graph(g) {
    g.approval('release');
    g.call(inner, {}, { id: 'call' });
    return null;
  },
});

const at = '2026-02-01T00:00:00.000Z';
const later = '2026-02-01T00:05:00.000Z';
const row = (address: string, kind: PlanNode['kind'], more: Partial<NodeRow>): NodeRow => ({
  ...{ run_id: 'R', address, node: address, kind, step: null, pool: null, status: 'cancelled', fence: 0 },
  ...{ input: null, output: null, error: null, cache: null, reused_from: null, given: null },
  ...{ first_claimed: at, ended_at: at },
  ...more,
});
const about = (address: string, more: Partial<NodeRow>): string => {
  const node = allNodes(plan.body).find(({ id }) => id === address);
  return node === undefined ? 'no such node' : aboutNode(node, row(address, node.kind, more));
};

test.each<[string, Partial<NodeRow>, string]>([
  ['given up after a failure', {}, 'it was not started'],
  ['failed before it began', { status: 'failed' }, 'it was not started'],
  ['stopped', { input: {}, ended_at: later }, 'the run R/call'],
  ['running', { input: {}, ended_at: null, status: 'running' }, 'the run R/call'],
  ['failed', { input: {}, ended_at: later, status: 'failed' }, 'the run R/call'],
])('a call that is %s names a run only if there is one', (_, more, said) => {
  expect(about('call', more)).toBe(`A call of inner: ${said}.`);
});

test.each<[string, Partial<NodeRow>, string]>([
  ['was given up after a failure', {}, 'nobody was asked'],
  ['waits', { status: 'waiting', ended_at: null }, 'it waits for an answer'],
  ['was stopped while it waited', { ended_at: later }, 'nobody has answered it'],
])('an approval that %s is told from the others', (_, more, said) => {
  expect(about('release', more)).toBe(`An approval: ${said}.`);
});

test('a time-out is told as everywhere else', () => {
  const output = { approved: false, by: 'time-out', note: 'Nobody answered in time.', at: later };
  expect(about('release', { status: 'completed', output })).toBe(
    `An approval: nobody had answered by ${later}, which counts as a no.`,
  );
});
