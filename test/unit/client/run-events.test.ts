// Danger: whoever listens to a run is told of the end of what never began, or not of a question that a person was asked.
import { newsOf } from '../../../client/run-events';
import type { NodeRow } from '../../../store/nodes/node-row';

const [at, later] = ['2026-02-01T00:00:00.000Z', '2026-02-01T00:05:00.000Z'];
const release: NodeRow = {
  ...{ run_id: 'r', address: 'release', node: 'release', kind: 'approval', step: null, pool: null, fence: 0 },
  ...{ input: null, output: null, error: null, cache: null, reused_from: null, given: null },
  ...{ status: 'cancelled', first_claimed: at, ended_at: at },
};
const told = (row: NodeRow): string[] => newsOf(row, new Set()).map(({ type }) => type);

test('an approval that shows nothing and is cancelled while it waits has asked', () => {
  expect(told({ ...release, ended_at: later })).toEqual(['node-asks', 'node-ended']);
});

test('one that was given up before it asked, or whose arm was not taken, has not', () => {
  expect(told(release)).toEqual(['node-ended']);
  expect(told({ ...release, status: 'skipped', ended_at: later })).toEqual(['node-ended']);
});

test('nothing is told twice', () => {
  const known = new Set<string>();
  const waiting: NodeRow = { ...release, status: 'waiting', ended_at: null };
  expect(newsOf(waiting, known)).toMatchObject([{ type: 'node-asks' }]);
  expect(newsOf(waiting, known)).toEqual([]);
  expect(newsOf({ ...release, ended_at: later }, known)).toMatchObject([{ type: 'node-ended', status: 'cancelled' }]);
});
