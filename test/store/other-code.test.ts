/**
 * Danger: somebody edits a project, starts a run, and waits for an effect of the edit that cannot come, since the workers
 * have loaded the project before; or is warned of workers that are gone, or that have nothing to do with the run.
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import { otherCode, otherCodeText } from '../../cli/other-code';
import { pipeline, step } from '../../core';
import { openDb } from '../../store/db';
import { seeWorker } from '../../store/workers/see-worker';
import { createTestDatabase, type TestDatabase } from '../database';

let database: TestDatabase;
let db: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 1 });
});
afterAll(async () => {
  await db.end();
  await database.drop();
});
beforeEach(() => db.query('TRUNCATE workers, pool_steps'));

const fit = step('fit', { input: z.null(), output: z.null(), pool: 'gpu' });
const near = step('near', { input: z.null(), output: z.null() });
const config = z.object({});
const inner = pipeline('inner', { config, graph: (g) => g.run(fit, null) });
const outer = pipeline('outer', { config, graph: (g) => g.call(inner, {}) });
const simple = pipeline('simple', { config, graph: (g) => g.run(near, null) });
const NOW = 'a'.repeat(64);
const BEFORE = 'b'.repeat(64);
const project = { digest: NOW, pipelines: [outer, inner, simple] };

const worker = (id: string, pool: string, digest: string) => ({ id, pool, build: 'build', project: digest });

test('workers that have loaded the project as it is are nothing to speak of', async () => {
  await seeWorker(db, worker('a:1', 'cpu', NOW));
  expect(await otherCode(db, project, 'simple', null)).toBeNull();
});

test('workers that have loaded it before the edit are told by pool, with both digests and what to do', async () => {
  await seeWorker(db, worker('a:1', 'cpu', BEFORE));
  await seeWorker(db, worker('a:2', 'cpu', BEFORE));
  await seeWorker(db, worker('a:3', 'cpu', NOW));
  const other = await otherCode(db, project, 'simple', null);
  const workers = [{ pool: 'cpu', project: 'bbbbbbbbbbbb', workers: 2 }];
  expect(other).toEqual({ project: 'aaaaaaaaaaaa', currentBuild: null, workers });
  const text = otherCodeText({ project: 'aaaaaaaaaaaa', currentBuild: null, workers });
  expect(text).toMatch(/^warning: .*aaaaaaaaaaaa.*cpu.*bbbbbbbbbbbb.*`perennial down` and `perennial up`.*$/);
});

test('a worker that has started again, under the same id too, is asked for its new code', async () => {
  await seeWorker(db, worker('a:1', 'cpu', BEFORE));
  await seeWorker(db, worker('a:1', 'cpu', NOW));
  expect(await otherCode(db, project, 'simple', null)).toBeNull();
});

test('the pools are those of the run: of its steps, of what it calls, and of the workflows', async () => {
  await seeWorker(db, worker('a:1', 'gpu', BEFORE), [{ step: 'fit', code: 'code', environment: 'environment' }]);
  expect(await otherCode(db, project, 'simple', null)).toBeNull();
  expect(await otherCode(db, project, 'outer', null)).toMatchObject({ workers: [{ pool: 'gpu' }] });
});

test('workers that are gone, and those that do not say what they have loaded, do not count', async () => {
  await seeWorker(db, worker('a:1', 'cpu', BEFORE));
  await seeWorker(db, worker('a:2', 'cpu', BEFORE));
  await db.query(`UPDATE workers SET seen_at = now() - interval '1 minute' WHERE id = 'a:1'`);
  await db.query(`UPDATE workers SET project = NULL WHERE id = 'a:2'`);
  expect(await otherCode(db, project, 'simple', null)).toBeNull();
});

test('records that do not answer do not keep a run from its start', async () => {
  await expect(otherCode(openDb('postgres://nobody@127.0.0.1:1/none'), project, 'simple', null)).resolves.toBeNull();
});

test('where runs are pinned only the workers of the current build are spoken of, and the fix is to deploy', async () => {
  await seeWorker(db, { ...worker('a:1', 'cpu', BEFORE), build: 'old' });
  await seeWorker(db, { ...worker('a:2', 'cpu', NOW), build: 'new' });
  expect(await otherCode(db, project, 'simple', 'new')).toBeNull();
  const other = await otherCode(db, project, 'simple', 'old');
  expect(other).toMatchObject({ currentBuild: 'old', workers: [{ pool: 'cpu', workers: 1 }] });
  expect(other === null ? '' : otherCodeText(other)).toMatch(/begin on the build old;.*`perennial deploy set-current`/);
});
