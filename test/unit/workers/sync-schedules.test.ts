// Danger: after a rollback the schedules stay as the newer build has made them, since the older one has looked a moment before.
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { ensureSchedules } from '../../../client/schedules/sync-schedules';
import { syncSchedules } from '../../../workers/sync-schedules';

jest.mock('../../../client/schedules/sync-schedules');

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

test('a worker whose build is current again looks at the schedules at its next turn, and not each time', async () => {
  const looks = jest.mocked(ensureSchedules);
  looks.mockResolvedValue({ changes: [], found: [], refused: new Map(), apply: () => Promise.resolve() });
  let current = true;
  const service = syncSchedules({
    temporal: new Client({ connection: Connection.lazy() }),
    project: { models: [], pipelines: [] },
    log: pino({ level: 'silent' }),
    isCurrent: () => Promise.resolve(current),
  });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(looks).toHaveBeenCalledTimes(1);
  current = false;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(looks).toHaveBeenCalledTimes(1);
  current = true;
  await jest.advanceTimersByTimeAsync(10_000);
  expect(looks).toHaveBeenCalledTimes(2);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(looks).toHaveBeenCalledTimes(2);
  await service.stop();
});
