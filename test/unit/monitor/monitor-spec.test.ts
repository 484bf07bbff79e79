// Danger: a monitor that cannot be judged as it is written is accepted, and says nothing for months; or one written before
// monitors could choose is refused.
import { MonitorSpec } from '../../../steps/monitor';

const drift = { kind: 'drift', name: 'd' };

test('a monitor that says psi alone stays what it was', () => {
  expect(MonitorSpec.parse({ ...drift, psi: 0.2 })).toEqual({ ...drift, psi: 0.2, minRows: 500 });
});

test.each([
  [{ statistic: 'jensen-shannon', threshold: 0.1, columns: ['distance', 'scores'] }],
  [{ statistic: 'wasserstein', threshold: 5, reference: 'earlier' }],
  [{ psi: 0.1, reference: 'earlier' }],
])('%j is a drift monitor', (more) => {
  expect(MonitorSpec.safeParse({ ...drift, ...more }).success).toBe(true);
});

test.each([
  ['no threshold', {}, 'give psi, or statistic and threshold'],
  ['a statistic without one', { statistic: 'psi' }, 'give psi, or statistic and threshold'],
  ['two', { psi: 0.2, statistic: 'psi', threshold: 0.1 }, 'give psi, or statistic and threshold'],
  ['rows that the profile lacks', { statistic: 'wasserstein', threshold: 5 }, "say reference 'earlier'"],
])('%s is refused, with the repair', (_, more, message) => {
  expect(MonitorSpec.safeParse({ ...drift, ...more }).error?.issues[0]?.message).toContain(message);
});

test('a detector has the parameters of river by default', () => {
  const stream = { kind: 'stream', name: 's', of: 'scores', detector: { name: 'page-hinkley' } };
  expect(MonitorSpec.parse(stream)).toEqual({
    ...stream,
    detector: { name: 'page-hinkley', threshold: 50, mode: 'both' },
    minRows: 500,
    minCoverage: 0.5,
  });
});
