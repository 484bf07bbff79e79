// Danger: a promotion repeated after a crash becomes two, a decision that stands in the records without its promotion, a
// cause that is written down but never told, a keeper whose memory differs from its records.
import type { Pool } from 'pg';
import { keeperActivities } from '../../activities/keep';
import { readKeeperState } from '../../activities/keep/read-keeper-state';
import { promoteVersion } from '../../activities/keep/promote-version';
import type { Decision } from '../../core/keep/decision';
import type { Cause } from '../../core/keep/event';
import { openDb } from '../../store/db';
import { addCause } from '../../store/keeper/add-cause';
import { eventTimeNow } from '../../store/keeper/event-time-now';
import { findAnswer } from '../../store/keeper/find-answer';
import { listDecisions } from '../../store/keeper/list-decisions';
import { listOpenRetrains } from '../../store/keeper/list-open-retrains';
import { newestJudgedWindow } from '../../store/keeper/newest-judged-window';
import { recordDecision } from '../../store/keeper/record-decision';
import { createModelVersion } from '../../store/models/create-model-version';
import { modelHistory } from '../../store/models/model-history';
import { tellKeeper } from '../../store/outbox/tell-keeper';
import { findHandOver } from '../../store/outbox/find-hand-over';
import { createTestDatabase, type TestDatabase } from '../database';
import { anArtifact } from './rows';

let database: TestDatabase;
let db: Pool;
const project = { models: [] };

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

const at = (day: number): string => new Date(Date.UTC(2001, 0, day)).toISOString();

const drift = (model: string, day: number): Cause => ({
  id: `${model}/drift/${day}`,
  kind: 'drift',
  version: 1,
  window: { from: at(day - 7), to: at(day) },
  eventTime: at(day),
  evidence: { psi: 0.3 },
});

function decision(model: string, id: string, extra: Partial<Decision> = {}): Decision {
  const rest = {
    causeId: null,
    action: 'promote',
    rule: 'rolled-out',
    reason: 'better',
    runId: null,
    version: 1,
  } as const;
  return { id, model, eventTime: at(1), ...rest, ...extra };
}

async function aVersion(model: string): Promise<number> {
  const artifact = await anArtifact(db, 'b');
  const rest = { trainer: 't', signature: {}, metrics: {}, evaluation: {}, reference: artifact, address: 'register' };
  const times = { trainedFrom: at(1), trainedTo: at(2), eventTime: at(2) };
  return createModelVersion(db, { model, artifact, ...rest, ...times, run: `run of ${model}` });
}

test('a promotion asked for again after a crash is the same promotion, with its one decision', async () => {
  const version = await aVersion('twice');
  const ask = { decision: decision('twice', 'd-outcome'), version, expectedSeq: 0 };
  const answers = [await promoteVersion({ db, project }, ask), await promoteVersion({ db, project }, ask)];
  expect(answers).toEqual([1, 2].map(() => ({ type: 'promoted', decision: ask.decision, seq: 1 })));
  expect(await modelHistory(db, 'twice', { limit: 10 })).toHaveLength(1);
  expect(await listDecisions(db, 'twice')).toHaveLength(1);
});

test('of two promotions at once one wins, and the other leaves no trace', async () => {
  const version = await aVersion('race');
  const asks = ['a', 'b', 'c', 'd'].map((id) => ({ decision: decision('race', id), version, expectedSeq: 0 }));
  const answers = await Promise.all(asks.map((ask) => promoteVersion({ db, project }, ask)));
  expect(answers.map(({ type }) => type).sort()).toEqual(['overtaken', 'overtaken', 'overtaken', 'promoted']);
  expect(answers).toContainEqual({ type: 'overtaken', version, seq: 1 });
  expect(await listDecisions(db, 'race')).toHaveLength(1);
});

test('a version that the registry does not hold is not promoted', async () => {
  const ask = { decision: decision('nobody', 'n'), version: 7, expectedSeq: 0 };
  expect(await promoteVersion({ db, project }, ask)).toEqual({ type: 'unknown-version' });
});

test('a cause is written down and told once, however often it is reported', async () => {
  expect(await addCause(db, 'told', drift('told', 8))).toBe(true);
  expect(await addCause(db, 'told', drift('told', 8))).toBe(false);
  const { rows } = await db.query(`SELECT kind, payload FROM outbox WHERE id = 'cause:told/drift/8'`);
  expect(rows).toEqual([
    { kind: 'cause', payload: { model: 'told', event: { type: 'cause', cause: drift('told', 8) } } },
  ]);
});

test("a keeper's memory comes back from its records: what is open, what was answered, what is still to be", async () => {
  for (const day of [8, 15, 22]) await addCause(db, 'back', drift('back', day));
  const retrain = (day: number): Partial<Decision> => ({
    causeId: `back/drift/${day}`,
    action: 'retrain',
    rule: 'accepted',
    eventTime: at(day),
    runId: `back-retrain-${day}`,
    version: null,
  });
  await recordDecision(db, decision('back', 'first', retrain(8)));
  await recordDecision(db, decision('back', 'first-outcome', { action: 'decline', rule: 'gate', eventTime: at(8) }));
  await recordDecision(db, decision('back', 'second', retrain(15)));

  const { state, pending, more } = await readKeeperState({ db, project }, 'back');
  expect(state).toMatchObject({
    phase: { at: 'retraining', retrain: { decisionId: 'second', runId: 'back-retrain-15', basis: 0 } },
    lastRetrain: { decisionId: 'second', eventTime: at(15) },
    earlierRetrain: { decisionId: 'first', eventTime: at(8) },
    spent: [at(8), at(15)],
  });
  expect(state.acted.map(({ window }) => window.to)).toEqual([at(8), at(15)]);
  expect([pending.map(({ id }) => id), more]).toEqual([['back/drift/22'], false]);
  expect(await findAnswer(db, 'back/drift/8')).toMatchObject({ decision: { id: 'first' }, closed: true });
  expect(await findAnswer(db, 'back/drift/15')).toMatchObject({ decision: { id: 'second' }, closed: false });
  expect(await findAnswer(db, 'back/drift/22')).toBeNull();
  const open = { model: 'back', decisionId: 'second', runId: 'back-retrain-15', recorded: false };
  expect(await listOpenRetrains(db)).toEqual([open]);
});

test('what a retrain handed over is found by its decision', async () => {
  const event = { type: 'candidate', version: 2, decisionId: 'handed', eventTime: at(8), reason: 'better' } as const;
  expect(await findHandOver(db, 'm', 'handed')).toBeNull();
  await tellKeeper(db, 'm', event);
  expect(await findHandOver(db, 'm', 'handed')).toEqual(event);
});

test('decisions are listed newest first, page by page', async () => {
  for (let i = 0; i < 5; i += 1) await recordDecision(db, decision('paged', `p${i}`));
  const first = await listDecisions(db, 'paged', { limit: 3 });
  const second = await listDecisions(db, 'paged', { limit: 3, before: first.at(-1)?.id ?? '' });
  expect([...first, ...second].map(({ id }) => id)).toEqual(['p4', 'p3', 'p2', 'p1', 'p0']);
});

test("a model that lives by its data's clock is told the time by its newest judged window", async () => {
  const model = { name: 'clock', clock: 'event' } as const;
  await expect(eventTimeNow(db, model, new Date())).rejects.toThrow('[PER_KEEP_002]');
  const verdict = `INSERT INTO verdicts (model, monitor, kind, version, window_from, window_to, revision, outcome, evidence, run_id)
                   VALUES ('clock', $1, $2, 1, $3, $4, 1, $5, '{}', 'r')`;
  await db.query(verdict, ['psi', 'drift', at(8), at(15), 'alarm']);
  await db.query(verdict, ['log-loss', 'accuracy', at(8), at(15), 'insufficient']);
  await db.query(verdict, ['log-loss', 'accuracy', at(1), at(8), 'ok']);
  expect(await eventTimeNow(db, model, new Date())).toBe(at(15));
  expect(await eventTimeNow(db, { ...model, clock: 'wall' }, new Date(at(300)))).toBe(at(300));
  expect(await newestJudgedWindow(db, 'clock', { labelled: true })).toEqual({ from: at(1), to: at(8) });
  expect(await newestJudgedWindow(db, 'clock', { labelled: true, until: at(7) })).toBeNull();
});

test('a decision that Postgres itself refuses is not tried for ever; one that it cannot be told is', async () => {
  const record = (pool: Pool, id: string) =>
    keeperActivities({ db: pool, project })['perennial.record-decision']({ decision: decision('m', id), cause: null });
  await expect(record(db, 'a\u0000b')).rejects.toMatchObject({ nonRetryable: true });
  const nowhere = openDb('postgres://nobody@127.0.0.1:1/none');
  await expect(record(nowhere, 'good')).rejects.toMatchObject({ nonRetryable: false });
  await nowhere.end();
});
