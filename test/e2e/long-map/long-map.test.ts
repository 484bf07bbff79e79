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

/** Items whose step was executed for a run, in order of their number; one whose worker was too busy may be there twice. */
async function executed(run: string): Promise<number[]> {
  const text = await readFile(join(around.folder, run), 'utf8').catch(() => '');
  return [...new Set(text.split('\n').filter(Boolean).map(Number))].sort((a, b) => a - b);
}

/** Executions whose result counts, by the records. */
async function committed(run: string): Promise<number> {
  const { rows } = await around.db.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM executions WHERE run_id = $1 AND outcome = 'committed'",
    [run],
  );
  return rows[0]?.count ?? NaN;
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
  expect(await executed('whole')).toEqual(numbers);
  expect(await committed('whole')).toBe(ITEMS);
  expect(await itemsOf('whole')).toEqual(numbers.map((item) => ({ item, status: 'completed' })));
});

test('one item is run again alone, the last one of all', async () => {
  const only = `each[${ITEMS - 1}]`;
  await rerun(connection, project.pipelines, { run: 'whole', only, runId: 'again' });
  const end = await awaitRun(connection, 'again');
  expect(end).toMatchObject({ status: 'completed', output: numbers.map((n) => n + 1) });
  expect(await executed('again')).toEqual([ITEMS - 1]);
  expect(await committed('again')).toBe(1);
});

test('a cancelled run begins no further item, and no shard outlives it', async () => {
  await start('cut');
  await eventually(async () => (await executed('cut')).length > 100);
  await cancelRun(connection, 'cut', { by: 'ana', reason: null, grace: 20_000, hard: false });
  expect(await awaitRun(connection, 'cut')).toMatchObject({ status: 'cancelled' });
  await eventually(async () => (await openWorkflows()) === 0);
  const ran = await committed('cut');
  expect(ran).toBeLessThan(ITEMS);
  const statuses = (await itemsOf('cut')).map(({ status }) => status);
  expect(statuses).not.toContain('running');
  // By now another hundred items would have come.
  expect(await committed('cut')).toBe(ran);
});

async function openWorkflows(): Promise<number> {
  return (await around.client.workflow.count("ExecutionStatus = 'Running'")).count;
}
