// Danger: a move of a run to another build is killed between its record and Temporal, and the record names a build that never has the
// run: what it waits for is not told. Or it is mended while the move is under way, and the moved run's steps are refused.
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import pino from 'pino';
import { moveAll } from '../../cli/deploy/move';
import type { OpenWorkflow } from '../../client/deploy/open-workflows';
import { openDb } from '../../store/db';
import { findPin } from '../../store/runs/find-pin';
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
  await db.end();
  await database.drop();
});

const log = pino({ level: 'silent' });

/** A server that has the run pinned to a build, until it is moved. */
function serverWith(pinned: string, moving: () => Promise<void>) {
  let build = pinned;
  const described = () => ({
    status: { name: 'RUNNING' },
    runId: 'temporal-run',
    raw: { workflowExecutionInfo: { versioningInfo: { behavior: 1, deploymentVersion: { buildId: build } } } },
  });
  const temporal = {
    options: { namespace: 'n', identity: 'i' },
    workflow: { getHandle: () => ({ describe: () => Promise.resolve(described()) }) },
    workflowService: {
      async updateWorkflowExecutionOptions(asked: {
        workflowExecutionOptions: { versioningOverride: { pinned: { version: { buildId: string } } } };
      }) {
        await moving();
        build = asked.workflowExecutionOptions.versioningOverride.pinned.version.buildId;
      },
    },
  };
  return temporal as unknown as Client;
}

async function aPinnedRun(id: string): Promise<OpenWorkflow> {
  await aRun(db, id);
  await db.query(`UPDATE runs SET pinned_to = 'old', temporal_run_id = 'temporal-run' WHERE id = $1`, [id]);
  return { workflow: id, uuid: 'u', type: 'train', byHand: false, pipeline: 'train', model: null, pinnedTo: 'old' };
}

const move = (temporal: Client, on: Pool, one: OpenWorkflow) =>
  moveAll({}, { temporal, db: on }, [one], { build: 'new', unchecked: true });
const pass = (temporal: Client, astray: Astray) =>
  reconcile({ db, temporal, log, project: { models: [] } }, undefined, astray);

test('killed between the record and Temporal, the record names what Temporal has at the second look, not at the first', async () => {
  const one = await aPinnedRun('killed');
  const killed = new Error('killed');
  // Nothing of it goes on: what would put the record back does not come to it either.
  let dead = false;
  const dying = new Proxy(db, {
    get: (pool, name) =>
      name === 'query' && dead ? () => Promise.reject(killed) : (Reflect.get(pool, name, pool) as unknown),
  });
  const temporal = serverWith('old', () => {
    dead = true;
    return Promise.reject(killed);
  });
  await expect(move(temporal, dying, one)).rejects.toThrow('killed');
  expect(await findPin(db, 'killed')).toBe('new');
  const astray: Astray = new Map();
  await pass(temporal, astray);
  expect(await findPin(db, 'killed')).toBe('new');
  await pass(temporal, astray);
  expect(await findPin(db, 'killed')).toBe('old');
  await db.query(`UPDATE runs SET status = 'completed', ended_at = now()`);
});

test('a look while a move is under way, however long that takes, does not leave the record behind', async () => {
  const one = await aPinnedRun('slow');
  const astray: Astray = new Map();
  const temporal: Client = serverWith('old', async () => {
    await pass(temporal, astray);
    await pass(temporal, astray);
    expect(await findPin(db, 'slow')).toBe('old');
  });
  expect(await move(temporal, db, one)).toMatchObject({ moved: ['slow'], refused: [] });
  expect(await findPin(db, 'slow')).toBe('new');
  await pass(temporal, astray);
  await pass(temporal, astray);
  expect(await findPin(db, 'slow')).toBe('new');
});
