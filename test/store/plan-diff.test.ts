/**
 * Danger: a plan is compared with another than the one that was named: a run's with that of its pipeline today, a name that
 * nobody has with an empty one.
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import { findPlans, type PlanSources } from '../../cli/find-plan';
import { planDiffText } from '../../cli/views/plan-diff-text';
import { pipeline, step } from '../../core';
import { planHash } from '../../core/plan/hash';
import { planDifferences } from '../../core/plan/plan-differences';
import { openDb } from '../../store/db';
import { addPlan } from '../../store/plans/add-plan';
import { beginRun } from '../../store/runs/begin-run';
import { createTestDatabase, type TestDatabase } from '../database';

let database: TestDatabase;
let db: Pool;

const one = step('one', { input: z.null(), output: z.null() });
const two = step('two', { input: z.null(), output: z.null() });
const config = z.object({});
const before = pipeline('train', { config, graph: (g) => g.run(one, null) });
const now = pipeline('train', { config, graph: (g) => g.run(two, null) });
const other = pipeline('other', { config, graph: (g) => g.run(one, null) });
const hash = planHash(before.plan);

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 1 });
  await addPlan(db, hash, before.plan);
  const run = { pipeline: 'train', planHash: hash, config: {}, build: 'b', model: null, decisionId: null };
  for (const id of ['train-1', 'other']) await beginRun(db, { id, ...run, parentRun: null, temporalRunId: `t-${id}` });
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

const sources: PlanSources = { pipelines: [now, other], records: (work) => work(db) };
const hashes = async (a: string, b: string) => (await findPlans(a, b, sources)).map((found) => found.hash);

test.each([
  ['a run: the plan that it carries', 'train-1', hash],
  ['a hash: that plan', hash, hash],
  ['a pipeline: its plan now', 'train', planHash(now.plan)],
  ['a name that a pipeline and a run have: the pipeline', 'other', planHash(other.plan)],
])('%s', async (_what, name, expected) => {
  expect(await hashes(name, 'train')).toEqual([expected, planHash(now.plan)]);
});

test('current is what the pipeline of the other one is now, on either side', async () => {
  expect(await hashes('train-1', 'current')).toEqual([hash, planHash(now.plan)]);
  expect(await hashes('current', 'train-1')).toEqual([planHash(now.plan), hash]);
});

test.each([
  ['what nobody has', 'nobody', 'train'],
  ['current twice', 'current', 'current'],
])('%s is refused, by name', async (_what, a, b) => {
  await expect(findPlans(a, b, sources)).rejects.toThrow(new RegExp(`PER_RUN_130.*'${a}'`));
});

test('current of a pipeline that is gone is refused', async () => {
  await expect(findPlans('train-1', 'current', { ...sources, pipelines: [other] })).rejects.toThrow(/PER_RUN_130/);
});

test('two pipelines need no records', async () => {
  const records: PlanSources['records'] = () => Promise.reject(new Error('nobody should ask'));
  await expect(findPlans('train', 'other', { ...sources, records })).resolves.toHaveLength(2);
});

test('the text says what is new and what is gone; of equal plans that they are', async () => {
  const text = planDiffText(planDifferences(before.plan, now.plan));
  expect(text.split('\n')).toEqual(expect.arrayContaining(['nodes', '  - one', '  + two', 'contracts']));
  expect(planDiffText(planDifferences(now.plan, now.plan))).toBe('The plans are the same.');
});
