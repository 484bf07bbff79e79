/**
 * Danger: a person is told of a run that was never started, of an answer that nobody was asked for, or of an item or arm
 * where there is none.
 */
import { z } from 'zod';
import { aboutNode, whyOutside } from '../../../cli/views/about-node';
import { whyText } from '../../../cli/views/why-text';
import { pipeline, step } from '../../../core';
import { allNodes } from '../../../core/nodes';
import type { PlanNode } from '../../../core/plan/plan';
import { outlineOf } from '../../../core/rerun/outline';
import type { NodeRow } from '../../../store/nodes/node-row';
import type { RunRow } from '../../../store/runs/run-row';

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

describe('what has not begun, or was skipped', () => {
  const least = step('least', { input: z.object({}), output: z.number() });
  const guarded = pipeline('guarded', {
    config: z.object({ on: z.boolean() }),
    graph(g, { on }) {
      g.branch('gate', on, { then: () => 1, else: () => g.map('kinds', [1, 2], () => g.approval('check').approved) });
      g.always('cleanup', () => g.run(least, {}));
      g.onFailure('tell', () => g.map('people', ['ana'], () => g.approval('sorry').approved));
      return null;
    },
  }).plan;
  const why = (address: string, status: RunRow['status'], ...rows: NodeRow[]) =>
    whyOutside(outlineOf(guarded), address, new Map(rows.map((each) => [each.address, each])), status);

  test.each<[string, RunRow['status'], string]>([
    ['cleanup', 'running', 'It runs when everything else has ended.'],
    ['cleanup', 'terminated', 'It had not begun when the run ended as terminated.'],
    ['tell', 'running', 'It runs only when a run has failed.'],
    ['tell', 'completed', 'It runs only when a run has failed; this one ended as completed.'],
    ['tell', 'failed', 'It had not begun when the run ended as failed.'],
    ['least', 'running', 'It stands in cleanup, a final body that runs when everything else has ended.'],
    ['people', 'running', 'It stands in tell, a final body that runs only when a run has failed.'],
  ])('%s of a run that is %s: a final body waits for the end, or is for another', (address, status, said) => {
    expect(why(address, status)).toBe(said);
  });

  test('what stands in a final body that is for another end is told of that body, and not of its map', () => {
    const rows = [row('tell', 'finally', { status: 'skipped' }), row('people', 'map', { status: 'skipped' })];
    expect(why('people[0]/sorry', 'completed', ...rows)).toBe(
      'It stands in tell, a final body that runs only when a run has failed; this one ended as completed.',
    );
    const open = [row('tell', 'finally', { status: 'running' }), row('people', 'map', { status: 'running' })];
    expect(why('people[0]/sorry', 'running', ...open)).toBeNull();
  });

  test('an item is named only by what stands in one', () => {
    const nothing = { view: null, against: null, differences: [], about: null, needs: [] };
    const said = (address: string) => whyText({ run: 'R', address, ...nothing });
    expect(said('least')).toBe('least has not begun in R. It needs nothing.');
    expect(said('kinds[0]/check')).toContain('It needs nothing: the item that it stands in has not begun.');
  });
});
