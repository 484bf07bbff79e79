/**
 * Danger: a person's answer is refused in words that fit every case: they cannot tell a slip of the pen from a run that is
 * not there yet, or from a colleague who was faster.
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import { whyNoAnswer } from '../../client/why-no-answer';
import { pipeline, planHash, step } from '../../core';
import { unanswered } from '../../core/plan/approval';
import type { NodeNote } from '../../core/interpret';
import { openDb } from '../../store/db';
import { noteNodes } from '../../store/nodes/note-nodes';
import { addPlan } from '../../store/plans/add-plan';
import { beginRun } from '../../store/runs/begin-run';
import { endRun } from '../../store/runs/end-run';
import { createTestDatabase, type TestDatabase } from '../database';
import { aRun } from './rows';

let database: TestDatabase;
let db: Pool;

const N = z.object({ n: z.number() });
const plus = step('plus', { input: N, output: N });
const { plan } = pipeline('asking', {
  config: N,
  graph(g, { n }) {
    const first = g.run(plus, { n });
    g.map('each', [1, 2, 3], () => g.approval('check').approved);
    return g.run(plus, { n: first.n }, { id: 'last', after: g.approval('release', { after: first }) });
  },
});

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 2 });
  await addPlan(db, planHash(plan), plan);
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

async function asking(id: string, ...notes: NodeNote[]): Promise<string> {
  const of = { pipeline: 'asking', planHash: planHash(plan), config: { n: 1 }, build: 'b' };
  await beginRun(db, { id, ...of, model: null, decisionId: null, parentRun: null, temporalRunId: id });
  await noteNodes(db, id, notes);
  return id;
}

const noted = (address: string, status: NodeNote['status'], more: Partial<NodeNote> = {}): NodeNote => ({
  ...{ address, node: address, kind: 'approval', status },
  ...more,
});
const at = '2026-02-01T00:00:00.000Z';
const output = { approved: false, by: 'ana', note: 'a storm', at };

test('a name that is nowhere, an item that is not there, and an approval of each item are told apart', async () => {
  const run = await asking('names', noted('each', 'running', { kind: 'map', input: { items: 3 } }));
  const said = (address: string) => whyNoAnswer(db, run, address);
  const code = 'PER_RUN_036';
  const message = (text: string): unknown => expect.stringContaining(text);
  const nodes = "There is no node 'relaese', did you mean 'release'? (nodes: plus, each, check, release, last)";
  expect(await said('relaese')).toMatchObject({ code, message: message(nodes) });
  expect(await said('each[3]/check')).toMatchObject({ code, message: message("'each' has 3 items") });
  expect(await said('check')).toMatchObject({ code, message: message("like 'each[0]/check'") });
  expect(await said('each[2]/check')).toMatchObject({ code: 'PER_KEEP_012' });
});

test.each([
  ['plus', 'a step'],
  ['each', 'a map'],
])('%s is said to be %s', async (address, kind) => {
  const error = await whyNoAnswer(db, await asking(`kind-${address}`), address);
  expect(error).toMatchObject({ code: 'PER_KEEP_011' });
  expect(error?.message).toContain(`is ${kind}.`);
});

test('one that has not begun is told from one whose arm was not taken', async () => {
  expect(await whyNoAnswer(db, await asking('early'), 'release')).toMatchObject({ code: 'PER_KEEP_012' });
  const skipped = await asking('skipped', noted('release', 'skipped'));
  expect(await whyNoAnswer(db, skipped, 'release')).toMatchObject({ code: 'PER_KEEP_014' });
});

describe('one that stands in something', () => {
  const branching = pipeline('branching', {
    config: z.object({ on: z.boolean() }),
    graph(g, { on }) {
      const more = () => g.map('kinds', [1, 2], () => g.approval('check').approved);
      g.branch('gate', on, { then: () => g.wait('pause', '1h').until, else: more });
      g.onFailure('tell', () => g.approval('sorry').approved);
      return null;
    },
  });
  const said = async (id: string, address: string, ...notes: NodeNote[]) => {
    await addPlan(db, planHash(branching.plan), branching.plan);
    return whyNoAnswer(db, await asking(id, ...notes), address);
  };
  const asking = async (id: string, ...notes: NodeNote[]) => {
    const of = { pipeline: 'branching', planHash: planHash(branching.plan), config: {}, build: 'b' };
    await beginRun(db, { id, ...of, model: null, decisionId: null, parentRun: null, temporalRunId: id });
    await noteNodes(db, id, notes);
    return id;
  };
  const message = (text: string): unknown => expect.stringContaining(text);
  const gate = noted('gate', 'running', { kind: 'branch', input: { arm: 'then' } });
  const skipped = (address: string, kind: NodeNote['kind']) => noted(address, 'skipped', { kind });

  test('an item of a map that was skipped never asks, and is not told to wait', async () => {
    const why = await said('arm', 'kinds[0]/check', gate, skipped('kinds', 'map'));
    const text = "was not reached: 'kinds', which it stands in, was skipped: its arm was not taken.";
    expect(why).toMatchObject({ code: 'PER_KEEP_014', message: message(text) });
    const open = noted('kinds', 'running', { kind: 'map', input: { items: 2 } });
    expect(await said('open', 'kinds[0]/check', gate, open)).toMatchObject({ code: 'PER_KEEP_012' });
  });

  test('a final body is no arm: it has its time, or is for another end', async () => {
    const early = "it stands in 'tell', a final body that runs only when a run has failed.";
    expect(await said('running', 'sorry')).toMatchObject({ code: 'PER_KEEP_012', message: message(early) });
    const id = await asking('well', skipped('tell', 'finally'), skipped('sorry', 'approval'));
    await endRun(db, { run: id, status: 'completed', reason: null, output: null });
    const why = await whyNoAnswer(db, id, 'sorry');
    const late = 'runs only when a run has failed; this one ended as completed. Nobody was asked.';
    expect(why).toMatchObject({ code: 'PER_KEEP_014', message: message(late) });
    expect(why?.message).not.toContain('arm');
  });
});

test('who was faster is named, with what they said and when, before the end of the run and after it', async () => {
  const run = await asking('answered', noted('release', 'completed', { output }));
  const told = async () => (await whyNoAnswer(db, run, 'release'))?.message;
  expect(await told()).toContain(
    `[PER_KEEP_013] 'release' of answered was answered: rejected by ana at ${at}: a storm.`,
  );
  await endRun(db, { run, status: 'rejected', reason: 'no', output: null });
  expect(await told()).toContain(`rejected by ana at ${at}: a storm.`);
});

test('one whose time ran out is said to have had no answer, not one by somebody called time-out', async () => {
  const run = await asking('late', noted('release', 'completed', { output: { ...unanswered(at) } }));
  const error = await whyNoAnswer(db, run, 'release');
  expect(error).toMatchObject({ code: 'PER_KEEP_013' });
  expect(error?.message).toContain(
    `'release' of late takes no answer any more: nobody had answered by ${at}, which counts as a no.`,
  );
});

test('one that nobody answered before the run ended says how and when that ended', async () => {
  const run = await asking('ended', noted('release', 'cancelled'));
  await endRun(db, { run, status: 'cancelled', reason: 'by ana', output: null });
  const error = await whyNoAnswer(db, run, 'release');
  expect(error).toMatchObject({ code: 'PER_KEEP_014' });
  expect(error?.message).toMatch(/was not answered: the run ended as cancelled at 2/);
});

test('nothing is made up of one that waits, of a run that is not there, or of a plan that is not kept', async () => {
  expect(await whyNoAnswer(db, await asking('waits', noted('release', 'waiting')), 'release')).toBeNull();
  expect(await whyNoAnswer(db, 'nobody', 'release')).toBeNull();
  expect(await whyNoAnswer(db, await aRun(db, 'no-plan'), 'release')).toBeNull();
});
