// Danger: after a reset a run starts its calls and shards anew while those of its former execution still end. It does not
// wait for them and fails at once; or it waits for one that never ends as long as Temporal lets it, and nobody hears of it.
// The hour is one of a server that skips time; what it asks of the server is what it asks of any.
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowHandle } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../../workers/search-attributes';
import { skippedTime } from '../../skipped-time';
import { type Engine, engineOn, silenceSdk } from '../run-pipeline/engine';

jest.setTimeout(300_000);

/** Temporal's number for that type. */
const KEYWORD = 2;
const [MINUTE, HOUR] = [60_000, 3_600_000];
let server: TestWorkflowEnvironment;
let engine: Engine;

beforeAll(async () => {
  silenceSdk();
  server = await skippedTime();
  const searchAttributes = Object.fromEntries(Object.keys(SEARCH_ATTRIBUTES).map((name) => [name, KEYWORD]));
  await server.connection.operatorService.addSearchAttributes({ searchAttributes });
  engine = await engineOn(server.nativeConnection, server.client);
});

afterAll(async () => {
  await engine.end();
  await server.teardown();
});

/** What a former execution of a run has left behind: one that waits for a person, ended by Temporal after a while or never. */
async function leaveBehind(workflowId: string, ends?: string): Promise<void> {
  const args = [{ config: { n: 1 }, plan: 'current' }];
  await server.client.workflow.start('release', {
    ...{ workflowId, taskQueue: 'perennial-cpu', args },
    ...(ends === undefined ? {} : { workflowExecutionTimeout: ends }),
  });
}

/** Plays a run that calls, beside what was left of it, to its end; says how long that took in the server's time, ms. */
async function play(workflowId: string): Promise<{ handle: WorkflowHandle; result: unknown; took: number }> {
  const args = [{ config: { items: [] }, plan: 'current' }];
  const handle = await server.client.workflow.start('calling', { workflowId, taskQueue: 'perennial-cpu', args });
  const result: unknown = await handle.result().catch((error: unknown) => error);
  const { startTime, closeTime } = await handle.describe();
  return { handle, result, took: (closeTime ?? startTime).getTime() - startTime.getTime() };
}

/** How often a run asked for its call, and how often it was told that one of that name is there. */
async function asked(handle: WorkflowHandle): Promise<{ asked: number; refused: number }> {
  const { events } = await handle.fetchHistory();
  const all = events ?? [];
  return {
    asked: all.filter((event) => event.startChildWorkflowExecutionInitiatedEventAttributes).length,
    refused: all.filter((event) => event.startChildWorkflowExecutionFailedEventAttributes).length,
  };
}

test('a call of before a reset that never ends: the run waits an hour for it, then fails and says for which', async () => {
  await leaveBehind('stuck/once');
  const { handle, result, took } = await play('stuck');
  expect(result).toMatchObject({ cause: { type: 'PER_FLOW_016' } });
  const { end } = engine.recordsOf('stuck');
  expect(end?.status).toBe('failed');
  expect(end?.reason).toMatch(/^once: .*stuck\/once has not ended in an hour/);
  expect(took).toBeGreaterThan(HOUR - MINUTE);
  expect(took).toBeLessThan(HOUR + 5 * MINUTE);
  // Every refusal but the last is followed by a wait of at most a minute.
  const { asked: times, refused } = await asked(handle);
  expect(refused).toBe(times);
  expect(refused).toBeGreaterThan(HOUR / MINUTE);
});

test('a call of before a reset that ends after fifty minutes: the run calls anew within a minute, and completes', async () => {
  await leaveBehind('late/once', '50m');
  const { handle, result, took } = await play('late');
  expect(result).toEqual({ one: 22, each: [] });
  expect(engine.recordsOf('late').end).toMatchObject({ status: 'completed' });
  expect(took).toBeGreaterThan(49 * MINUTE);
  expect(took).toBeLessThan(52 * MINUTE);
  const { asked: times, refused } = await asked(handle);
  expect(refused).toBe(times - 1);
});
