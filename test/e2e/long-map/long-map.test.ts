// Danger: a map that works with a hundred items and not with ten thousand: an item lost between shards, run twice, out of
// order, or still running after its run was cancelled; a rerun of one item that pays for all. 10,000 items with
// PERENNIAL_TEST_FULL, else 1,500: more than run at once.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awaitRun } from '../../../client/await-run';
import { cancelRun } from '../../../client/cancel-run';
import { rerun } from '../../../client/rerun';
import { startRun } from '../../../client/start-run';
import { readItems } from '../../../cli/read-items';
import { eventually, Surroundings } from '../../chaos/surroundings';
import project from './project/perennial.config';

const ITEMS = process.env['PERENNIAL_TEST_FULL'] === undefined ? 1_500 : 10_000;
const PAGE = 1_000;
const numbers = Array.from({ length: ITEMS }, (_, n) => n);
jest.setTimeout(600_000);

let around: Surroundings;
let connection: { temporal: Surroundings['client']; db: Surroundings['db'] };

beforeAll(async () => {
  around = await Surroundings.open('../e2e/long-map/project');
  connection = { temporal: around.client, db: around.db };
  await around.worker();
});

afterAll(() => around.close());

const start = (runId: string) =>
  startRun(connection, project.pipelines, { pipeline: 'long', runId, config: { folder: around.folder, numbers } });

/** Items of a run in the order of their number, each as often as its step was begun. */
async function executed(run: string): Promise<number[]> {
  const text = await readFile(join(around.folder, run), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Executions by the records: those whose result counts, and those that are known to have been given up before. */
async function recorded(run: string): Promise<{ readonly committed: number; readonly lost: number }> {
  const { rows } = await around.db.query<{ committed: number; lost: number }>(
    `SELECT count(*) FILTER (WHERE outcome = 'committed')::int AS committed,
            count(*) FILTER (WHERE outcome IN ('lost', 'failed'))::int AS lost
     FROM executions WHERE run_id = $1`,
    [run],
  );
  return rows[0] ?? { committed: NaN, lost: NaN };
}

/** Each item was begun once, but for the few whose worker was too busy to say that it lives, by the records. */
async function beganOnce(run: string, items: readonly number[]): Promise<void> {
  const [began, { committed, lost }] = [await executed(run), await recorded(run)];
  expect([...new Set(began)]).toEqual(items);
  expect(committed).toBe(items.length);
  expect(began.length - items.length).toBeLessThanOrEqual(lost);
  expect(lost).toBeLessThanOrEqual(items.length / 100);
}

/** All pages of a run's items, as an operator turns them. */
async function itemsOf(run: string): Promise<{ item: number; status: string }[]> {
  const all: { item: number; status: string }[] = [];
  for (let after: string | undefined; ; after = `each[${all.at(-1)?.item}]`) {
    const page = await readItems(around.db, run, { map: 'each', limit: PAGE, ...(after !== undefined && { after }) });
    all.push(...page.items.map(({ item, status }) => ({ item, status })));
    if (page.next === null) return all;
  }
}

test('each item is executed once, the values come in order, and every item can be looked at', async () => {
  await start('whole');
  const end = await awaitRun(connection, 'whole');
  expect(end).toMatchObject({ status: 'completed', output: numbers.map((n) => n + 1) });
  await beganOnce('whole', numbers);
  expect(await itemsOf('whole')).toEqual(numbers.map((item) => ({ item, status: 'completed' })));
});

test('one item is run again alone, the last one of all', async () => {
  const only = `each[${ITEMS - 1}]`;
  await rerun(connection, project.pipelines, { run: 'whole', only, runId: 'again' });
  const end = await awaitRun(connection, 'again');
  expect(end).toMatchObject({ status: 'completed', output: numbers.map((n) => n + 1) });
  await beganOnce('again', [ITEMS - 1]);
});

test('a cancelled run begins no further item, and no shard outlives it', async () => {
  await start('cut');
  await eventually(async () => (await executed('cut')).length > 100);
  await cancelRun(connection, 'cut', { by: 'ana', reason: null, grace: 20_000, hard: false });
  expect(await awaitRun(connection, 'cut')).toMatchObject({ status: 'cancelled' });
  await eventually(async () => (await openWorkflows()) === 0);
  expect((await recorded('cut')).committed).toBeLessThan(ITEMS);
  const statuses = (await itemsOf('cut')).map(({ status }) => status);
  expect(statuses).not.toContain('running');
});

async function openWorkflows(): Promise<number> {
  return (await around.client.workflow.count("ExecutionStatus = 'Running'")).count;
}
