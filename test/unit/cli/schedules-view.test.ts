// Danger: a tick that was missed or skipped, or a difference between code and Temporal, that the page for people leaves out.
import { scheduleChangesText, schedulesText, scheduleText } from '../../../cli/views/schedules-view';
import type { ScheduleState } from '../../../client/schedules/list-schedules';

const state: ScheduleState = {
  schedule: 'pipeline-nightly',
  owner: { kind: 'pipeline', name: 'nightly' },
  ...{ cron: '30 2 * * *', timezone: 'Europe/Berlin', overlap: 'skip', jitter: 0, catchup: 3_600_000, paused: null },
  next: ['2026-02-01T01:30:00.000Z', '2026-02-02T01:30:00.000Z'],
  last: [
    {
      tick: '2026-01-31T01:30:00.000Z',
      at: '2026-01-31T01:30:01.000Z',
      workflow: 'nightly-scheduled-2026-01-31T01:30:00Z',
      runs: ['nightly:2026-01-30'],
    },
  ],
  ...{ taken: 7, missed: 3, skipped: 1, dropped: 1, running: 1, waiting: 0 },
  lost: ['2026-03-29 02:30'],
  warnings: ['3 ticks of the pipeline nightly were missed: not started within the catch-up window.'],
};

test('the list has the next and the last tick, what was lost, and below it what is wrong', () => {
  const text = schedulesText([state, { ...state, paused: { note: 'holidays' }, last: [], warnings: [] }]);
  expect(text).toContain('2026-02-01T01:30:00.000Z');
  expect(text).toContain('2026-01-31T01:30:00.000Z: nightly:2026-01-30');
  expect(text).toContain('3 missed, 2 skipped');
  expect(text).toContain('paused');
  expect(text.split('\n').at(-1)).toBe(`Warning: ${state.warnings[0]}`);
});

test('one schedule is shown with every count, and the night whose tick does not come', () => {
  const text = scheduleText(state);
  expect(text).toContain('7 taken, 3 missed, 1 skipped, 1 dropped');
  expect(text).toContain('no tick    2026-03-29 02:30');
  expect(text).toContain('Warning: 3 ticks');
  expect(scheduleText({ ...state, paused: { note: 'holidays' } })).toContain('paused: holidays');
});

test('differences read field by field, old and new', () => {
  const { owner } = state;
  const differences = [
    { field: 'cron', from: '* * * * *', to: '30 2 * * *' },
    { field: 'catchup', from: 86_400_000, to: 3_600_000 },
    { field: 'besides', from: 'every 5000 ms from 0 ms', to: '' },
  ] as const;
  const text = scheduleChangesText([
    { schedule: 'pipeline-nightly', owner, change: 'update', differences, paused: { note: 'holidays' } },
    { schedule: 'pipeline-gone', owner, change: 'delete', differences: [], paused: null },
  ]);
  expect(text.split('\n')).toEqual([
    '~ update pipeline-nightly (paused: holidays; it stays so)',
    '    cron: * * * * * -> 30 2 * * *',
    '    catchup: 1 d 0 h -> 1 h 0 min',
    '    besides: every 5000 ms from 0 ms -> nothing',
    '- delete pipeline-gone',
  ]);
});
