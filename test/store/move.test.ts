// Danger: a move of a run to another build is killed between its record and Temporal, and the record names a build that never has the
// run: what it waits for is not told. Or it is mended while the move is under way, and the moved run's steps are refused.
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import type { Pool } from 'pg';
import pino from 'pino';
import { moveAll } from '../../cli/deploy/move';
import { strandedBut } from '../../cli/deploy/stranded-but';
import type { OpenWorkflow } from '../../client/deploy/open-workflows';
import { openDb } from '../../store/db';
import { findPin } from '../../store/runs/find-pin';
import { seeWorker } from '../../store/workers/see-worker';
import type { Astray } from '../../workers/follow-pin';
import { reconcile } from '../../workers/reconcile';
import { createTestDatabase, type TestDatabase } from '../database';
import { aRun } from './rows';

let database: TestDatabase;
let db: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await connection.close();
  await db.end();
  await database.drop();
});

// Nobody is there: what is asked is answered below.
const connection = Connection.lazy({ address: '127.0.0.1:1' });
const log = pino({ level: 'silent' });

/** A server that has the run pinned to a build, until it is moved. */
function serverWith(id: string, pinned: string, moving: () => Promise<void>): Client {
  let build: string | null | undefined = pinned;
  const began = msToTs(1_000);
  const client = new Client({ connection });
  jest.spyOn(client.workflowService, 'describeWorkflowExecution').mockImplementation(() =>
    Promise.resolve(
      temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse.create({
        workflowExecutionInfo: {
          execution: { workflowId: id, runId: 'temporal-run' },
          type: { name: 'train' },
          status: temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
          startTime: began,
          historyLength: began.seconds ?? null,
          versioningInfo: {
            behavior: temporal.api.enums.v1.VersioningBehavior.VERSIONING_BEHAVIOR_PINNED,
            deploymentVersion: { buildId: build ?? null },
          },
        },
      }),
    ),
  );
  jest.spyOn(client.workflowService, 'updateWorkflowExecutionOptions').mockImplementation(async (asked) => {
    await moving();
    build = asked.workflowExecutionOptions?.versioningOverride?.pinned?.version?.buildId;
    return temporal.api.workflowservice.v1.UpdateWorkflowExecutionOptionsResponse.create({});
  });
  return client;
}

async function aPinnedRun(id: string): Promise<OpenWorkflow> {
  await aRun(db, id);
  await db.query(`UPDATE runs SET pinned_to = 'old', temporal_run_id = 'temporal-run' WHERE id = $1`, [id]);
  return { workflow: id, uuid: 'u', type: 'train', byHand: false, pipeline: 'train', model: null, pinnedTo: 'old' };
}

test('before what is stranded is moved, workers that were killed a moment ago are waited for; those that are there keep their runs', async () => {
  const one = await aPinnedRun('stranded');
  const worker = { id: 'host:1', pool: 'cpu', build: 'old', project: 'p' };
  await seeWorker(db, worker);
  const notes: string[] = [];
  const asked = (patient: boolean, meanwhile: () => Promise<unknown>) =>
    strandedBut(db, [one], {
      patient,
      note: (text) => notes.push(text),
      sleep: async (ms) => {
        expect(ms).toBeGreaterThan(15_000);
        await meanwhile();
      },
    });
  const age = (): Promise<unknown> => db.query(`UPDATE workers SET seen_at = seen_at - interval '16 s'`);
  expect(await asked(false, age)).toEqual([]);
  // It speaks again meanwhile.
  expect(await asked(true, () => age().then(() => seeWorker(db, worker)))).toEqual([]);
  expect(await asked(true, age)).toEqual([one]);
  expect(notes).toHaveLength(2);
  // Nobody of that build is there: there is nothing to wait for.
  expect(await asked(true, () => Promise.reject(new Error('it slept')))).toEqual([one]);
  await db.query(`UPDATE runs SET status = 'completed', ended_at = now()`);
});

const move = (client: Client, on: Pool, one: OpenWorkflow) =>
  moveAll({}, { temporal: client, db: on }, [one], { build: 'new', unchecked: true });
const pass = (client: Client, astray: Astray) =>
  reconcile({ db, temporal: client, log, project: { models: [] } }, undefined, astray);

test('killed between the record and Temporal, the record names what Temporal has at the second look, not at the first', async () => {
  const one = await aPinnedRun('killed');
  const killed = new Error('killed');
  // Nothing of it goes on: what would put the record back does not come to it either.
  let dead = false;
  const dying = new Proxy(db, {
    get: (pool, name) =>
      name === 'query' && dead ? () => Promise.reject(killed) : (Reflect.get(pool, name, pool) as unknown),
  });
  const client = serverWith('killed', 'old', () => {
    dead = true;
    return Promise.reject(killed);
  });
  await expect(move(client, dying, one)).rejects.toThrow('killed');
  expect(await findPin(db, 'killed')).toBe('new');
  const astray: Astray = new Map();
  await pass(client, astray);
  expect(await findPin(db, 'killed')).toBe('new');
  await pass(client, astray);
  expect(await findPin(db, 'killed')).toBe('old');
  await db.query(`UPDATE runs SET status = 'completed', ended_at = now()`);
});

test('a look while a move is under way, however long that takes, does not leave the record behind', async () => {
  const one = await aPinnedRun('slow');
  const astray: Astray = new Map();
  const client: Client = serverWith('slow', 'old', async () => {
    await pass(client, astray);
    await pass(client, astray);
    expect(await findPin(db, 'slow')).toBe('old');
  });
  expect(await move(client, db, one)).toMatchObject({ moved: ['slow'], refused: [] });
  expect(await findPin(db, 'slow')).toBe('new');
  await pass(client, astray);
  await pass(client, astray);
  expect(await findPin(db, 'slow')).toBe('new');
});
