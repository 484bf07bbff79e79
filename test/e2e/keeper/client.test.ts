// Danger: a mistake (a wrong name, a wrong config, a server that is away) that starts something, hangs, or answers with
// a stack trace instead of a code and the repair.
import { WorkflowFailedError } from '@temporalio/client';
import { approve } from '../../../client/approve';
import { awaitRun } from '../../../client/await-run';
import { cancelRun } from '../../../client/cancel-run';
import { connect, connectTemporal } from '../../../client/connection';
import { reportCause } from '../../../client/report-cause';
import { keeperId } from '../../../client/signal-keeper';
import { startRun } from '../../../client/start-run';
import { listPendingCauses } from '../../../store/keeper/list-pending-causes';
import { type Engine, eventually, startEngine } from './engine';
import { toyRetrain, toyWaiting } from './toys';

jest.setTimeout(60_000);

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(async () => {
  await engine.end();
});

const pipelines = [toyRetrain, toyWaiting];
const occasion = { decisionId: 'by-hand', cause: 'person', at: '2001-02-01T00:00:00.000Z', window: null };
const config = { model: 'deploys', occasion };

function waiting(runId: string): Promise<true> {
  return eventually(async () => {
    const { rows } = await engine.db.query(`SELECT 1 FROM nodes WHERE run_id = $1 AND status = 'waiting'`, [runId]);
    return rows.length > 0 ? true : null;
  });
}

test('a run is started, waited for, and answered with its output', async () => {
  const { runId } = await startRun(engine, pipelines, { pipeline: 'toy-retrain', config });
  expect(runId).toMatch(/^toy-retrain-\d{8}T\d{6}-[0-9a-f]{6}$/);
  const ended = await awaitRun(engine, runId);
  expect(ended).toMatchObject({ status: 'completed', output: { handed: true, version: 1 } });
});

test('an approval is answered once, and a malformed answer not at all', async () => {
  const { runId } = await startRun(engine, pipelines, { pipeline: 'toy-waiting', config, runId: 'approved' });
  await waiting(runId);
  await expect(awaitRun(engine, runId, { timeout: 100 })).rejects.toThrow('[PER_KEEP_008]');
  await expect(approve(engine, runId, { node: 'go', approved: true, by: '' })).rejects.toThrow('[PER_RUN_016]');
  await expect(approve(engine, runId, { node: 'stop', approved: true, by: 'ada' })).rejects.toThrow('[PER_RUN_036]');
  const answer = { node: 'go', approved: true, by: 'ada', note: 'looks right' };
  expect(await approve(engine, runId, answer)).toMatchObject({ approved: true, by: 'ada', note: 'looks right' });
  expect(await awaitRun(engine, runId)).toMatchObject({ status: 'completed' });
  await expect(approve(engine, runId, answer)).rejects.toThrow(/PER_KEEP_013.*approved by ada at .*looks right/);
});

test('a run that is cancelled or rejected ends as that', async () => {
  await startRun(engine, pipelines, { pipeline: 'toy-waiting', config, runId: 'cancelled' });
  await startRun(engine, pipelines, { pipeline: 'toy-waiting', config, runId: 'rejected' });
  await Promise.all([waiting('cancelled'), waiting('rejected')]);
  const who = { by: 'ada', reason: 'a test', grace: 30_000, hard: false };
  expect(await cancelRun(engine, 'cancelled', who)).toEqual({ state: 'asked' });
  await approve(engine, 'rejected', { node: 'go', approved: false, by: 'ada', note: 'no' });
  expect(await awaitRun(engine, 'cancelled')).toMatchObject({
    status: 'cancelled',
    reason: 'Cancelled by ada: a test.',
  });
  expect(await awaitRun(engine, 'rejected')).toMatchObject({ status: 'rejected' });
});

test('mistakes are named before anything starts', async () => {
  const start = (request: Partial<Parameters<typeof startRun>[2]>) =>
    startRun(engine, pipelines, { pipeline: 'toy-retrain', config, ...request });
  await expect(start({ pipeline: 'toy-train' })).rejects.toThrow(
    "[PER_RUN_012] There is no pipeline 'toy-train' (known: toy-retrain, toy-waiting).",
  );
  await expect(start({ config: { model: 'm', outcome: 'maybe' } })).rejects.toThrow(/PER_RUN_013.*outcome.*occasion/);
  await expect(start({ runId: 'cancelled' })).rejects.toThrow("[PER_RUN_015] There is a run 'cancelled' already.");
  await expect(awaitRun(engine, 'nobody')).rejects.toThrow('[PER_KEEP_004]');
  const who = { by: 'ada', reason: null, grace: 1, hard: false };
  await expect(cancelRun(engine, 'nobody', who)).rejects.toThrow('[PER_KEEP_004]');
});

test('a malformed cause is refused with what is wrong about it', async () => {
  const model = { name: 'declines', clock: 'wall' } as const;
  const eventTime = '2001-02-01';
  await expect(reportCause(engine, model, { kind: 'person', eventTime })).rejects.toThrow(/PER_KEEP_007.*eventTime/);
  const unkept = reportCause(engine, model, { kind: 'person', evidence: { note: 'a\ud83d' } });
  await expect(unkept).rejects.toThrow(/PER_KEEP_007.*surrogate/);
});

test('a cause from the future is refused: the keeper would take nothing before it', async () => {
  const day = 86_400_000;
  const after = (ms: number): string => new Date(Date.now() + ms).toISOString();
  const report = (clock: 'wall' | 'event', about: { eventTime?: string; window?: { from: string; to: string } }) =>
    reportCause(engine, { name: 'nobody', clock }, { kind: 'drift', ...about });
  await expect(report('wall', { eventTime: after(2 * day) })).rejects.toThrow('[PER_KEEP_009]');
  await expect(report('event', { eventTime: after(day / 2) })).rejects.toThrow('[PER_KEEP_009]');
  const window = { from: after(-day), to: after(2 * day) };
  await expect(report('wall', { eventTime: after(-day), window })).rejects.toThrow('[PER_KEEP_009]');
  const { rows } = await engine.db.query(`SELECT 1 FROM causes WHERE model = 'nobody'`);
  expect(rows).toEqual([]);
});

test('a cause of a model that the project lacks waits, and its keeper says why it fails', async () => {
  const model = { name: 'not-declared', clock: 'wall' } as const;
  await reportCause(engine, model, { kind: 'person', eventTime: '2001-02-01T00:00:00.000Z' });
  const handle = engine.temporal.workflow.getHandle(keeperId('not-declared'));
  const failure = await eventually(() =>
    handle.result().then(
      () => null,
      (error: unknown) => (error instanceof WorkflowFailedError ? error : null),
    ),
  );
  expect(String(failure.cause instanceof Error ? failure.cause.cause : null)).toContain('PER_KEEP_001');
  expect(await listPendingCauses(engine.db, 'not-declared', 10)).toHaveLength(1);
});

test('a server that does not answer is named', async () => {
  const nowhere = '127.0.0.1:1';
  await expect(connectTemporal({ address: nowhere, timeout: 500 })).rejects.toThrow(
    `[PER_STACK_009] Temporal at ${nowhere}`,
  );
  const address = process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'] ?? '';
  await expect(connect({ address, databaseUrl: `postgres://u:secret@${nowhere}/db` })).rejects.toThrow(
    `[PER_STACK_010] Postgres at ${nowhere}`,
  );
});
