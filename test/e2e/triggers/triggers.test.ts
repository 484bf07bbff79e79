// Danger: a new version of a data set that starts nothing, since a worker died between the commit and the start; or starts two
// runs, since one died between the start and its note. The worker is killed at each place.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { readRun } from '../../../cli/read-run';
import { listDeadlines } from '../../../store/deadlines/list-deadlines';
import { listNodes } from '../../../store/nodes/list-nodes';
import { listRuns } from '../../../store/runs/list-runs';
import { eventually, Surroundings } from '../../chaos/surroundings';

jest.setTimeout(180_000);

let around: Surroundings;
let worker: ChildProcess;
let orders: string;

beforeAll(async () => {
  around = await Surroundings.open('../e2e/triggers/project');
  orders = join(around.folder, 'die');
  await work();
});

afterAll(async () => {
  await around.close();
});

async function work(): Promise<void> {
  worker = await around.worker('cpu', { file: 'die-at.cjs', environment: { DIE_AT: orders } });
}

async function start(pipeline: string, run: string, input: object): Promise<unknown> {
  const options = { workflowId: run, taskQueue: 'perennial-cpu', args: [{ plan: 'current', ...input }] };
  return (await around.client.workflow.start(pipeline, { ...options, workflowTaskTimeout: '2s' })).result();
}

/** Starts the pipeline that makes a data set of a text; gives its digest. */
async function makes(text: string, run: string): Promise<string> {
  const value = await start('flights', run, { config: { text } });
  return typeof value === 'object' && value !== null && 'clean' in value ? String(value.clean) : '';
}

/** Waits until the outbox is empty and whatever it started has ended. */
async function settled(): Promise<void> {
  await eventually(async () => {
    const { rows } = await around.db.query<{ n: number }>(
      'SELECT count(*) AS n FROM outbox WHERE dispatched_at IS NULL',
    );
    const open = await listRuns(around.db, { status: 'running', limit: 100 });
    return rows[0]?.n === 0 && open.length === 0;
  });
}

interface Run {
  readonly id: string;
  readonly status: string;
  readonly config: unknown;
}

/** The runs of a pipeline with their config and end, once nothing more is to come: those that Temporal has, and no more. */
async function runsOf(pipeline: string): Promise<Run[]> {
  let runs: Run[] = [];
  await eventually(async () => {
    await settled();
    const { rows } = await around.db.query<Run>(
      'SELECT id, status, config FROM runs WHERE pipeline = $1 ORDER BY started_at',
      [pipeline],
    );
    runs = rows;
    // One that was started a moment ago has no record yet.
    return (await around.client.workflow.count(`WorkflowType = '${pipeline}'`)).count === rows.length;
  });
  return runs;
}

test('a new version starts one run, which is handed its digest; one that was there before starts none', async () => {
  const digest = await makes('first', 'first');
  const run = { id: `late:flights-${digest.slice(0, 16)}`, status: 'completed', config: { flights: digest } };
  await eventually(async () => (await runsOf('late')).length > 0);
  expect(await runsOf('late')).toEqual([run]);
  const { triggered } = await readRun(around.db, run.id, { limit: 1 });
  expect(triggered).toEqual({
    dataset: digest,
    into: 'flights',
    why: expect.stringMatching(/ of flights, by first$/) as unknown,
  });
  expect((await readRun(around.db, 'first', { limit: 1 })).triggered).toBeNull();

  expect(await makes('first', 'first-again')).toBe(digest);
  const [node] = await listNodes(around.db, 'first-again', { limit: 5 });
  expect(node?.cache?.hit).toBe(true);
  const args = { config: { text: 'first' }, noCache: true };
  await start('flights', 'first-uncached', args);
  expect(await runsOf('late')).toEqual([run]);

  const second = await makes('second', 'second');
  await eventually(async () => (await runsOf('late')).length > 1);
  expect((await runsOf('late')).map(({ config }) => config)).toEqual([{ flights: digest }, { flights: second }]);
});

test('what a started run makes starts the next; a partition that is done is a version; each of two has its own key', async () => {
  const seen = (await runsOf('either')).length;
  expect(seen).toBe(2);
  await start('by-day', 'by-day:2026-01-05', { config: {}, partition: '2026-01-05' });
  await eventually(async () => (await runsOf('either')).length > seen);
  const configs = (await runsOf('either')).map(({ config }) => config);
  const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;
  expect(configs).toEqual([
    { day: null, late: digest },
    { day: null, late: digest },
    { day: digest, late: null },
  ]);
});

test('a model hears of each version once, as a cause that its keeper answers', async () => {
  await settled();
  await eventually(async () => {
    const { rows } = await around.db.query(
      `SELECT c.id FROM causes AS c JOIN decisions AS d ON d.cause_id = c.id WHERE c.kind = 'new-data' AND c.model = 'kept'`,
    );
    return rows.length === 2;
  });
});

test('a deadline is put down by the workers', async () => {
  await eventually(async () => (await listDeadlines(around.db, { limit: 5 })).length > 0);
  const [next] = await listDeadlines(around.db, { limit: 1 });
  expect(next).toMatchObject({ pipeline: 'either', state: 'waiting' });
});

test.each([
  { name: 'before the commit with its row', pattern: '^COMMIT', following: 'INSERT INTO outbox', when: 'before' },
  { name: 'after the commit, before its delivery', pattern: '^COMMIT', following: 'INSERT INTO outbox', when: 'after' },
  { name: 'after the start, before its note', pattern: 'UPDATE outbox SET dispatched_at', when: 'before' },
  { name: 'after its note, before that commits', pattern: 'UPDATE outbox SET dispatched_at', when: 'after' },
] as const)('a worker killed $name: one run', async ({ name, ...order }) => {
  const before = await runsOf('late');
  const mark = join(around.folder, name.replaceAll(/\W/g, '-'));
  writeFileSync(`${mark}-order`, JSON.stringify({ ...order, mark }));
  renameSync(`${mark}-order`, orders);
  const making = makes(name, `made-${name.replaceAll(/\W/g, '-')}`);
  await eventually(() => Promise.resolve(existsSync(mark) && worker.signalCode === 'SIGKILL'));
  await work();
  const digest = await making;
  await eventually(async () => (await runsOf('late')).length > before.length);
  const after = await runsOf('late');
  expect(after.slice(before.length).map(({ status, config }) => ({ status, config }))).toEqual([
    { status: 'completed', config: { flights: digest } },
  ]);
  const starts = await around.client.workflow.count(`WorkflowId = 'late:flights-${digest.slice(0, 16)}'`);
  expect(starts.count).toBe(1);
});

test('a row that names no run stays, and holds up no other', async () => {
  await around.db.query(`INSERT INTO outbox (id, kind, payload) VALUES ('dataset:of-nobody', 'dataset', '{}')`);
  const digest = await makes('beside it', 'beside-it');
  const asked = { pipeline: 'late', status: 'completed', limit: 100 } as const;
  await eventually(async () => (await listRuns(around.db, asked)).some(({ id }) => id.endsWith(digest.slice(0, 16))));
  const { rows } = await around.db.query(`SELECT dispatched_at FROM outbox WHERE id = 'dataset:of-nobody'`);
  expect(rows).toEqual([{ dispatched_at: null }]);
});
