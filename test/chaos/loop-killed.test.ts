// Danger: a worker that dies while the loop trains or promotes for real (the standard steps, the keeper) leaves a model
// that never comes, comes twice, or is promoted twice.
import type { ChildProcess } from 'node:child_process';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { reportCause } from '../../client/report-cause';
import { keeperId } from '../../client/signal-keeper';
import type { KeeperState } from '../../core/keep/state';
import { listExecutions } from '../../store/executions/list-executions';
import { listDecisions } from '../../store/keeper/list-decisions';
import { championOf } from '../../store/models/champion-of';
import { listModelVersions } from '../../store/models/list-model-versions';
import { modelHistory } from '../../store/models/model-history';
import { findRun } from '../../store/runs/find-run';
import { isAlive } from '../../workers/embedded/process-mark';
import { childrenOf } from './children-of';
import { flightsModel, SEED, TREES } from './loop-project/perennial.config';
import { ChaosReport } from './report';
import { eventually, killGroup, Surroundings } from './surroundings';

jest.setTimeout(240_000);

const model = flightsModel.name;
const page = { limit: 100 };
const report = new ChaosReport('loop-killed', { seed: SEED, minimumLanded: 3 });
/** A lock of the test's own, that the database's side of a promotion can be made to wait for. */
const GATE = 20_010_103;

let around: Surroundings;
let first: ChildProcess;

beforeEach(async () => {
  around = await Surroundings.open('loop-project');
  [first] = await Promise.all([around.worker('cpu'), around.worker('gpu')]);
}, 60_000);

afterEach(async () => {
  await around.close();
});

/** A person asks for a model; returns the run that the keeper has begun. */
async function ask(): Promise<string> {
  await reportCause(around, flightsModel, { kind: 'person', eventTime: '2001-01-03T00:00:00.000Z' });
  let run = '';
  // The decision is recorded before its run begins.
  await eventually(async () => {
    run = (await listDecisions(around.db, model, page)).find(({ action }) => action === 'retrain')?.runId ?? '';
    return run !== '' && (await findRun(around.db, run)) !== null;
  });
  return run;
}

const Progress = z.object({ round: z.int(), rounds: z.int() });

/** True once the candidate's training has told Temporal of a finished round. */
async function trains(run: string): Promise<boolean> {
  const { raw } = await around.client.workflow.getHandle(run).describe();
  return (raw.pendingActivities ?? []).some(({ heartbeatDetails }) => {
    const told = heartbeatDetails?.payloads?.[0]?.data;
    const progress = Progress.safeParse(told ? JSON.parse(Buffer.from(told).toString('utf8')) : null);
    return progress.success && progress.data.rounds === TREES;
  });
}

/** The database's processes that wait for a lock of a kind in the test's database. */
async function waiting(kind: 'relation' | 'advisory' | 'transactionid'): Promise<number[]> {
  const { rows } = await around.db.query<{ pid: number }>(
    `SELECT DISTINCT pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE NOT l.granted AND l.locktype = $1 AND a.datname = current_database()`,
    [kind],
  );
  return rows.map(({ pid }) => pid);
}

/** Kills the first worker as soon as a statement of its waits; returns that statement's process in the database. */
async function killWaiting(kind: 'relation' | 'advisory'): Promise<number> {
  await eventually(async () => (await waiting(kind)).length > 0);
  const [pid = 0] = await waiting(kind);
  killGroup(first);
  return pid;
}

async function keeperPhase(): Promise<string | null> {
  const state = around.client.workflow.getHandle(keeperId(model)).query<KeeperState>('state');
  return state.then(
    ({ phase }) => phase.at,
    () => null,
  );
}

/** Waits for the loop's end, and holds that all of it has happened once. */
async function checkOnce(run: string): Promise<void> {
  await eventually(async () => (await listDecisions(around.db, model, page)).length >= 2);
  await eventually(async () => (await findRun(around.db, run))?.status !== 'running');
  // What a dead worker's statement did is there before its successor has asked again: only an idle keeper is done.
  await eventually(async () => (await keeperPhase()) === 'idle');
  const decisions = await listDecisions(around.db, model, page);
  const outcomes = decisions.filter(({ id }) => id.endsWith('-outcome'));
  const [promotions, versions] = [
    await modelHistory(around.db, model, page),
    await listModelVersions(around.db, model, page),
  ];
  for (const made of [outcomes, promotions, versions]) report.once(made.length);
  expect([decisions.length, outcomes.length, promotions.length, versions.length]).toEqual([2, 1, 1, 1]);
  expect(outcomes[0]).toMatchObject({ action: 'promote', rule: 'rolled-out', runId: run, version: 1 });
  const champion = await championOf(around.db, model);
  expect(champion).toMatchObject({ version: 1, seq: 1, decision_id: outcomes[0]?.id, artifact: versions[0]?.artifact });
  expect(await findRun(around.db, run)).toMatchObject({ status: 'completed' });
}

test('kill -9 while it trains: the next worker trains again, under a higher fence, and promotes once', async () => {
  const run = await ask();
  await eventually(() => trains(run));
  const children = childrenOf(first.pid ?? 0);
  const hit = report.inject();
  killGroup(first);
  expect(children.length).toBeGreaterThan(0);
  await eventually(async () => !children.some(isAlive));

  const next = await around.worker('cpu');
  await eventually(async () => (await findRun(around.db, run))?.status !== 'running', 120_000);
  await checkOnce(run);
  const executions = await listExecutions(around.db, run, page);
  const training = executions.filter(({ address }) => address === 'train-candidate');
  hit(training[0]?.outcome === 'lost');
  expect(training.map(({ fence, outcome }) => [fence, outcome])).toEqual([
    [1, 'lost'],
    [2, 'committed'],
  ]);
  expect(childrenOf(next.pid ?? 0)).toEqual([]);
});

test("kill -9 while the keeper's promotion waits in the database: it is promoted once", async () => {
  const lock = await around.db.connect();
  try {
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE promotions IN SHARE ROW EXCLUSIVE MODE');
    const run = await ask();
    const hit = report.inject();
    const dead = await killWaiting('relation');
    await around.worker('cpu');
    // The dead worker's statement waits still, and its successor's beside it: both go on at once.
    await eventually(async () => (await waiting('relation')).some((pid) => pid !== dead));
    hit((await waiting('relation')).includes(dead) && (await championOf(around.db, model)) === null);
    await lock.query('COMMIT');
    await checkOnce(run);
  } finally {
    lock.release(true);
  }
});

test('kill -9 while the promotion commits, which it then does unheard: the next worker finds it', async () => {
  const lock = await around.db.connect();
  try {
    await holdCommits(lock);
    const run = await ask();
    const hit = report.inject();
    const dead = await killWaiting('advisory');
    await around.worker('cpu');
    // The successor asks for the same promotion and waits to hear what becomes of the first.
    await eventually(async () => (await waiting('transactionid')).length > 0);
    hit((await waiting('advisory')).includes(dead) && (await championOf(around.db, model)) === null);
    await lock.query('SELECT pg_advisory_unlock($1)', [GATE]);
    await checkOnce(run);
    const unguarded = await around.db.query('SELECT 1 FROM unguarded_promotions');
    report.control('the same asks of a log without its guards', unguarded.rows.length > 1);
    expect(unguarded.rows.length).toBeGreaterThan(1);
  } finally {
    lock.release(true);
  }
});

/**
 * From now on a promotion's COMMIT waits for the test. As control each row that is asked of the log also goes to one
 * without keys.
 */
async function holdCommits(lock: PoolClient): Promise<void> {
  await lock.query('SELECT pg_advisory_lock($1)', [GATE]);
  await lock.query(`
    CREATE TABLE unguarded_promotions (LIKE promotions);
    CREATE FUNCTION copy_ask() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO unguarded_promotions SELECT NEW.*;
      RETURN NEW;
    END $$;
    CREATE TRIGGER copy_asks BEFORE INSERT ON promotions FOR EACH ROW EXECUTE FUNCTION copy_ask();
    CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(${GATE});
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT ON promotions DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION wait_for_test()`);
}

test('every fault has landed, nothing was lost or made twice, and the control failed', () => {
  report.close();
});
