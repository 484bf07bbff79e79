// Danger: a swap of models that fails a request, a killed process that takes answered predictions with it, a process
// stuck in a model that nobody replaces. Real processes, real signals, under load.
import { z } from 'zod';
import { tinyBytes } from '../../tiny-model';
import { call, Predicted, type Reply, type Server, setStage, type Stage, until } from './stage';

const ROW = { x: 0, carrier: null, at: '2001-02-03T04:05:06.000Z' };
const About = z.object({
  version: z.int(),
  processes: z.array(z.object({ pid: z.int(), version: z.int().nullable() })),
});

jest.setTimeout(120_000);

let stage: Stage;
const servers: Server[] = [];

async function serve(): Promise<Server> {
  const server = await stage.serve();
  servers.push(server);
  return server;
}

async function processesOf(server: Server, model: string): Promise<z.infer<typeof About>['processes']> {
  return About.parse((await call(`${server.url}/v1/models/${model}`, 'GET')).body).processes;
}

/** Clients that ask one after another until told to stop; what they were answered, and how many requests failed. */
function load(
  server: Server,
  model: string,
  clients: number,
  headers: Record<string, string> = {},
): { stop(): Promise<{ replies: Reply[]; failed: number }> } {
  let isOver = false;
  const replies: Reply[] = [];
  let failed = 0;
  const client = async (): Promise<void> => {
    while (!isOver) {
      try {
        replies.push(await call(`${server.url}/v1/models/${model}/predict`, 'POST', { rows: [ROW, ROW] }, headers));
      } catch {
        failed++;
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    async stop() {
      isOver = true;
      await all;
      return { replies, failed };
    },
  };
}

beforeEach(async () => {
  stage = await setStage();
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  await stage.end();
});

test('the champion is swapped ten times under load without a failed or mistaken answer', async () => {
  const biasOf = (version: number): number => version / 10;
  await stage.promote('swapped', tinyBytes({ bias: biasOf(1) }));
  const server = await serve();
  const clients = load(server, 'swapped', 4);
  for (let version = 2; version <= 11; version++) {
    expect(await stage.promote('swapped', tinyBytes({ bias: biasOf(version) }))).toBe(version);
    await until(
      () => processesOf(server, 'swapped'),
      (processes) => processes.every((p) => p.version === version),
    );
  }
  const { replies, failed } = await clients.stop();
  expect(failed).toBe(0);
  expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
  const answers = replies.map(({ body }) => Predicted.parse(body));
  for (const { version, predictions } of answers)
    for (const { probability } of predictions) expect(probability).toBeCloseTo(1 / (1 + Math.exp(-biasOf(version))), 6);
  expect(new Set(answers.map(({ version }) => version)).size).toBe(11);
});

test('kill -9 of processes under load loses no answered prediction, and their open segments are adopted', async () => {
  await stage.promote('killed', tinyBytes());
  const server = await serve();
  // A connection for each request: of those kept open, a client may reuse one before it learns that its process is dead.
  const clients = load(server, 'killed', 4, { connection: 'close' });
  for (let kills = 0; kills < 3; kills++) {
    const [victim] = await until(
      () => processesOf(server, 'killed').catch(() => []),
      (processes) => processes.length === 2,
    );
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await until(
      () => processesOf(server, 'killed').catch(() => []),
      (processes) => processes.length === 2 && processes.every((p) => p.pid !== victim?.pid && p.version === 1),
    );
  }
  const { replies, failed } = await clients.stop();
  await call(`${server.url}/v1/admin/flush`, 'POST', {});
  const answered = replies
    .filter(({ status }) => status === 200)
    .flatMap(({ body }) => Predicted.parse(body).predictions);
  const ids = (await stage.logged('killed')).map((line) => line.id);
  expect(answered.length).toBeGreaterThan(100);
  expect(answered.filter(({ id }) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  // What was in flight on a killed process fails, one request a client at most, and nothing else does.
  expect(failed).toBeLessThanOrEqual(3 * 4);
  expect(await metricsOf(server)).toContain('perennial_serving_restarts_total{reason="ended"} 3');
});

test('kill -9 of everything loses no answered prediction: the next start adopts what was left', async () => {
  await stage.promote('orphaned', tinyBytes());
  const server = await serve();
  const reply = await call(`${server.url}/v1/models/orphaned/predict`, 'POST', { rows: [ROW, ROW, ROW] });
  const { predictions } = Predicted.parse(reply.body);
  const pids = (await processesOf(server, 'orphaned')).map(({ pid }) => pid);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  server.process.kill('SIGKILL');
  // The stopped processes outlive their supervisor; what they hold is not touched until they are gone.
  await (await stage.serve()).stop();
  expect(await stage.logged('orphaned')).toEqual([]);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await serve();
  const ids = await until(
    async () => (await stage.logged('orphaned')).map((line) => line.id),
    (logged) => logged.length > 0,
  );
  expect(ids).toEqual(predictions.map(({ id }) => id));
});

test('a stopped process is replaced; the others answer', async () => {
  await stage.promote('quick', tinyBytes());
  const server = await serve();
  const before = await processesOf(server, 'quick');
  process.kill(before[0]?.pid ?? 0, 'SIGSTOP');
  await expectReplaced(server, before);
});

test('a process stuck in a run is killed and replaced, its request is counted as lost; the others answer', async () => {
  await stage.promote('quick', tinyBytes());
  // Quick for the rows of its probe; for a large x it multiplies matrices for minutes.
  await stage.promote('endless', tinyBytes({ ballast: { side: 'x', products: 200 } }));
  const server = await serve();
  const before = await processesOf(server, 'quick');
  const stuck = call(`${server.url}/v1/models/endless/predict`, 'POST', { rows: [{ ...ROW, x: 3_000 }] });
  await expect(stuck).rejects.toThrow();
  await expectReplaced(server, before);
  await until(
    () => metricsOf(server),
    (metrics) => metrics.includes('perennial_serving_lost_requests_total 1'),
  );
});

/** One of the processes has been replaced because it had stalled, and the other one has not. */
async function expectReplaced(server: Server, before: z.infer<typeof About>['processes']): Promise<void> {
  const old = before.map((p) => p.pid);
  const after = await until(
    () => processesOf(server, 'quick').catch(() => before),
    (processes) => processes.length === 2 && processes.some((p) => !old.includes(p.pid)),
  );
  expect(after.filter((p) => old.includes(p.pid))).toHaveLength(1);
  expect(await metricsOf(server)).toContain('perennial_serving_restarts_total{reason="stalled"} 1');
  expect(await call(`${server.url}/v1/models/quick/predict`, 'POST', { rows: [ROW] })).toMatchObject({ status: 200 });
}

async function metricsOf(server: Server): Promise<string> {
  return String((await call(`${server.url}/metrics`, 'GET')).body);
}
