// Danger: an upkeep that would remove something reads like one that has, or what it removes cannot be made out.
import { upkeepText } from '../../../cli/views/upkeep-text';
import type { UpkeepResult } from '../../../store/upkeep/upkeep';

const result: UpkeepResult = {
  dryRun: true,
  complete: true,
  logs: { before: '2026-11-16T00:00:00.000Z', days: ['2026-11-13', '2026-11-14', '2026-11-15'], bytes: 1_200_000 },
  executions: { before: '2026-08-30T00:00:00.000Z', runs: 1, executions: 7 },
  predictions: { before: null, segments: 0, predictions: 0, labels: 0, bytes: 0 },
  events: { before: '2026-08-30T00:00:00.000Z', events: 3, files: 1, outbox: 12 },
  files: 0,
  partitionsMade: 0,
};

test('it says what is older than when, how much of it, and whether it is gone', () => {
  const text = upkeepText(result, null);
  expect(text).toMatch(/older than +would go/);
  expect(text).toMatch(/logs +2026-11-16T00:00:00\.000Z +3 days \(2026-11-13 to 2026-11-15\) +1\.2 MB/);
  expect(text).toMatch(/executions +2026-08-30T00:00:00\.000Z +7 executions of 1 run /);
  expect(text).toMatch(/predictions +kept for ever/);
  expect(text).toMatch(/events +2026-08-30T00:00:00\.000Z +3 events and 1 file of sensors, 12 rows of the outbox/);
  const done = upkeepText({ ...result, dryRun: false, files: 2 }, null);
  expect(done).toMatch(/older than +gone/);
  expect(done).toContain('0 labels, 2 files');
  expect(done).not.toContain('still there');
  expect(upkeepText({ ...result, dryRun: false, complete: false }, null)).toContain(
    'some of their days are still there',
  );
});
