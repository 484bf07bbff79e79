// Danger: the example that people copy does not run; or what a program says of its progress does not reach Temporal, and a
// cancelled run leaves it at work. A real worker, real Python.
import { execFileSync } from 'node:child_process';
import { defaultPayloadConverter } from '@temporalio/common';
import { z } from 'zod';
import { awaitRun } from '../../../client/await-run';
import { cancelRun } from '../../../client/cancel-run';
import type { Json } from '../../../core';
import { listNodes } from '../../../store/nodes/list-nodes';
import { childrenOf } from '../../chaos/children-of';
import { eventually, Surroundings } from '../../chaos/surroundings';
import { isAlive } from '../../../workers/embedded/process-mark';

jest.setTimeout(120_000);

const hasPython = (() => {
  try {
    execFileSync('python3', ['--version']);
    return true;
  } catch {
    process.stderr.write('skipped: the example in Python needs python3, which is not on this machine\n');
    return false;
  }
})();

(hasPython ? describe : describe.skip)('examples/python-step', () => {
  let around: Surroundings;
  let worker: number;
  beforeAll(async () => {
    around = await Surroundings.open('../../examples/python-step');
    worker = (await around.worker()).pid ?? 0;
  });
  afterAll(() => around.close());

  const connection = () => ({ temporal: around.client, db: around.db });
  const start = (workflowId: string, config: Json) =>
    around.client.workflow.start('line', {
      workflowId,
      taskQueue: 'perennial-cpu',
      args: [{ config, plan: 'current' }],
    });

  test('fits a line; the second run takes what it has from the cache', async () => {
    await start('line-1', {});
    const { status, output } = await awaitRun(connection(), 'line-1');
    expect(status).toBe('completed');
    const best = z.object({ rate: z.number(), slope: z.number(), loss: z.number() }).loose().parse(output);
    expect(best).toMatchObject({ rate: 0.1 });
    expect(Math.abs(best.slope - 3)).toBeLessThan(0.1);
    await start('line-2', { rates: [0.1, 0.2, -1] });
    expect(await awaitRun(connection(), 'line-2')).toMatchObject({ status: 'failed' });
    const rows = await listNodes(around.db, 'line-2', { limit: 10 });
    const told = Object.fromEntries(rows.map(({ address, cache, error }) => [address, error?.type ?? cache?.hit]));
    expect(told).toMatchObject({ draw: true, 'rates[0]/fit': true, 'rates[2]/fit': 'PER_RUN_066' });
  });

  test("its progress is in Temporal's heartbeat, and cancelling the run ends the program", async () => {
    const handle = await start('line-3', { points: 10, rates: [0.3], epochs: 5_000_000 });
    await eventually(async () => {
      const { raw } = await handle.describe();
      const details = raw.pendingActivities?.flatMap(({ heartbeatDetails }) => heartbeatDetails?.payloads ?? []) ?? [];
      return details.some((payload) =>
        JSON.stringify(defaultPayloadConverter.fromPayload(payload)).includes('"epoch"'),
      );
    });
    const children = childrenOf(worker);
    const programs = children.flatMap(({ pid }) => childrenOf(pid));
    expect(programs.length).toBeGreaterThan(0);
    await cancelRun(connection(), 'line-3', { by: 'a test', reason: null, grace: 30_000, hard: false });
    expect(await awaitRun(connection(), 'line-3')).toMatchObject({ status: 'cancelled' });
    expect([...children, ...programs].filter(isAlive)).toEqual([]);
  });
});
