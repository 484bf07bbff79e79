// Danger: what comes from outside while a worker dies is lost, or starts two runs; an event that its sender was told is taken and
// that nobody runs. With a real worker, which is killed between the look and its commit, and after it, and its real HTTP server.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { signEvent } from '../../../api/event-signature';
import { readRun } from '../../../cli/read-run';
import { runText } from '../../../cli/views/run-view';
import { listSensors } from '../../../store/sensors/list-sensors';
import { eventually, Surroundings } from '../../chaos/surroundings';

jest.setTimeout(120_000);

const key = 'what only the shop and we know';
let around: Surroundings;
let worker: ChildProcess;
let orders: string;
let incoming: string;

beforeAll(async () => {
  around = await Surroundings.open('../e2e/sensors/project');
  orders = join(around.folder, 'die');
  incoming = join(around.folder, 'incoming');
  mkdirSync(incoming);
  await around.db.query('CREATE TABLE orders (id int, at timestamptz)');
  await work();
});

afterAll(async () => {
  await around.close();
});

async function work(): Promise<void> {
  worker = await around.worker('cpu', {
    file: 'die-at.cjs',
    environment: {
      DIE_AT: orders,
      SENSED_FOLDER: incoming,
      PERENNIAL_EVENTS_PORT: '0',
      PERENNIAL_RESOURCE_HOOK: JSON.stringify(key),
      PERENNIAL_RESOURCE_ORDERS: JSON.stringify({ url: around.database.url }),
    },
  });
}

/** The names that runs which have completed were started with; waits until there are so many. */
async function ran(count: number): Promise<unknown[]> {
  let found: { name: string }[] = [];
  await eventually(async () => {
    const { rows } = await around.db.query<{ name: string }>(
      `SELECT output ->> 'name' AS name FROM runs WHERE status = 'completed' ORDER BY name`,
    );
    found = rows;
    return rows.length >= count;
  });
  expect((await around.client.workflow.count(`WorkflowType = 'load'`)).count).toBe(count);
  return found.map(({ name }) => name);
}

/** Where the worker that runs now listens. */
async function address(): Promise<string> {
  let url = '';
  await eventually(async () => {
    const found = (await listSensors(around.db, { limit: 5, sensor: 'shipped' }))[0];
    url = found?.source.replace('POST ', '') ?? '';
    return (
      url !== '' &&
      (await fetch(url, { method: 'POST' }).then(
        () => true,
        () => false,
      ))
    );
  });
  return url;
}

const Answer = z.object({ run: z.string(), event: z.string(), new: z.boolean() });

async function send(url: string, event: object, by = key): Promise<{ status: number; body: unknown }> {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const headers = {
    'content-type': 'application/json',
    'perennial-timestamp': timestamp,
    'perennial-signature': signEvent(by, timestamp, Buffer.from(body)),
  };
  const answer = await fetch(url, { method: 'POST', headers, body });
  return { status: answer.status, body: await answer.json() };
}

test('files, rows and events each start one run, whatever comes twice, and the run shows what it was', async () => {
  writeFileSync(join(incoming, 'a.csv'), 'a');
  await around.db.query(`INSERT INTO orders VALUES (1, '2026-01-01T00:00Z')`);
  const url = await address();
  const first = await send(url, { id: 'e1', order: 7 });
  expect(first.status).toBe(202);
  const { run } = Answer.parse(first.body);
  expect(await send(url, { id: 'e1', order: 7 })).toEqual({ status: 200, body: { run, event: 'e1', new: false } });
  expect((await send(url, { id: 'e1', order: 8 })).status).toBe(409);
  expect((await send(url, { id: 'e2', order: 'no' })).status).toBe(400);
  expect((await send(url, { id: 'e2', order: 8 }, 'somebody who knows nothing')).status).toBe(401);
  expect(await ran(3)).toEqual(['2026-01-01 00:00:00+00', 'a.csv', 'e1']);
  const shown = await readRun(around.db, run, { limit: 5 });
  expect(runText(shown, new Date())).toMatch(
    /because {2}shipped of load saw it at .*\npayload {2}\{"id":"e1","order":7\}/,
  );
});

test.each([
  { pattern: 'INSERT INTO outbox', when: 'after', how: 'after it looked, before that is committed' },
  { pattern: 'UPDATE outbox SET dispatched_at', when: 'before', how: 'after the start of the run, before its note' },
] as const)('a worker that is killed $how loses nothing, and starts nothing twice', async ({ pattern, when, how }) => {
  const before = await around.db.query<{ n: number }>('SELECT count(*) AS n FROM runs');
  const mark = join(around.folder, `mark-${when}`);
  writeFileSync(`${mark}-order`, JSON.stringify({ pattern, when, mark }));
  writeFileSync(join(incoming, `${when}.part`), how);
  renameSync(`${mark}-order`, orders);
  renameSync(join(incoming, `${when}.part`), join(incoming, `${when}.csv`));
  await eventually(() => Promise.resolve(existsSync(mark) && worker.signalCode === 'SIGKILL'));
  await work();
  const names = await ran((before.rows[0]?.n ?? 0) + 1);
  expect(names.filter((name) => name === `${when}.csv`)).toHaveLength(1);
});

test('an event that was taken before a worker was killed is the same for the next one', async () => {
  const again = await send(await address(), { id: 'e1', order: 7 });
  expect(again.status).toBe(200);
});
