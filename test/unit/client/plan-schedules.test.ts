// Danger: a sync that finds differences where there are none, and so writes at every look; or none where there is one; or that
// deletes what Perennial did not make.
import { cron, daily } from '../../../core';
import type { FoundSchedule } from '../../../client/schedules/found';
import { planSchedules } from '../../../client/schedules/plan-schedules';
import { wantedSchedules } from '../../../client/schedules/wanted';

const nightly = { name: 'nightly', schedule: cron('0,30 2 * * 7', { timezone: 'Europe/Berlin', jitter: '1m' }) };
const [wanted] = wantedSchedules({ models: [], pipelines: [nightly] });
if (!wanted) throw new Error('nothing is wanted');
const { id, owner, facts } = wanted;
const found: FoundSchedule = { id, owner, facts, paused: null };

test('what is the same is left alone, paused or not', () => {
  expect(planSchedules([wanted], [found])).toEqual([
    { schedule: 'pipeline-nightly', owner, change: 'none', differences: [], paused: null },
  ]);
  const paused = { note: 'holidays' };
  expect(planSchedules([wanted], [{ ...found, paused }])).toMatchObject([{ change: 'none', paused }]);
});

test.each([
  ['cron', '0 2 * * *'],
  ['timezone', 'UTC'],
  ['overlap', 'allow-all'],
  ['jitter', 0],
  ['catchup', 60_000],
  ['starts', 'something else'],
  ['besides', 'every 5000 ms from 0 ms'],
] as const)('an edited %s is one difference', (field, from) => {
  const edited = { ...found, facts: { ...facts, [field]: from } };
  expect(planSchedules([wanted], [edited])).toMatchObject([
    { change: 'update', differences: [{ field, from, to: facts[field] }] },
  ]);
});

test('what is missing is created; of what the code has no longer, ours is deleted and that of others stays', () => {
  const gone = { ...found, id: 'pipeline-gone', owner: { kind: 'pipeline', name: 'gone' } } as const;
  const others = { ...found, id: 'pipeline-others', owner: null };
  const changes = planSchedules([wanted], [gone, others]);
  expect(changes.map(({ schedule, change }) => [schedule, change])).toEqual([
    ['pipeline-gone', 'delete'],
    ['pipeline-nightly', 'create'],
  ]);
});

test("somebody else's under an id of ours is neither changed nor taken for ours", () => {
  const others = { ...found, owner: null, facts: { ...facts, cron: '* * * * *' } };
  expect(planSchedules([wanted], [others])).toMatchObject([{ change: 'taken', differences: [] }]);
});

test('a tick of a pipeline with partitions waits for the one before it, and starts what finds its partition', () => {
  const parted = { ...nightly, partitions: daily({ from: '2026-01-01' }) };
  const [one] = wantedSchedules({ models: [], pipelines: [parted] });
  expect(one?.facts.overlap).toBe('buffer-all');
  expect(one?.facts.starts).toContain('perennial.scheduled-run as nightly-scheduled');
  expect(facts.overlap).toBe('skip');
  expect(facts.starts).toContain('nightly as nightly-scheduled on perennial-cpu with [{"config":{},"plan":"current"}]');
});
