// Danger: one event that is sent several times at once and starts two runs, or is answered as taken and is nowhere; workers that
// listen for nobody without a word, or for whom another program has the port.
import type { FastifyInstance } from 'fastify';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import pino from 'pino';
import type { Pool } from 'pg';
import { z } from 'zod';
import { NO_MASK } from '../../activities/run-step/resources';
import { createApplication, serveSensorEvents } from '../../api';
import { signEvent } from '../../api/event-signature';
import { onEvent, onFiles, resource } from '../../core';
import { openDb } from '../../store/db';
import { listSensorEvents } from '../../store/sensors/list-events';
import { listSensors } from '../../store/sensors/list-sensors';
import { hearsAlready } from '../../workers/sensors/port-holder';
import { startSensors } from '../../workers/sensors/start-sensors';
import { eventually } from '../chaos/surroundings';
import { judgeSensors } from '../../cli/doctor/sensors';
import { eventAddresses, heardSensors } from '../../cli/event-addresses';
import { createTestDatabase, type TestDatabase } from '../database';

let database: TestDatabase;
let db: Pool;
let app: FastifyInstance;
let url: string;
const log = pino({ level: 'silent' });
const secret = 'what only the shop and we know';
const payload = z.object({ id: z.string(), order: z.int() });
const sensor = onEvent('shipped', {
  secret: resource('hook', z.string()),
  payload,
  id: (event) => event.id,
  config: (event) => ({ order: event.order }),
});
const pipeline = { name: 'load', config: z.object({ order: z.int() }) };

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 8 });
  app = createApplication({ host: '127.0.0.1', token: null, log });
  serveSensorEvents(app, { db, sensors: [{ pipeline, sensor, secret }] });
  url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/sensors/load/shipped`;
});

/** What has to be closed however a test ends: else the process waits for it. */
const endings: (() => unknown)[] = [];

afterAll(async () => {
  for (const end of endings) await end();
  await app.close();
  await db.end();
  await database.drop();
});

async function send(
  event: object,
  { at = Date.now(), to = url }: { at?: number; to?: string } = {},
): Promise<{ status: number; body: unknown }> {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(at / 1_000));
  const signature = signEvent(secret, timestamp, Buffer.from(body));
  const headers = { 'perennial-timestamp': timestamp, 'perennial-signature': signature };
  const answer = await fetch(to, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
  });
  return { status: answer.status, body: await answer.json() };
}

test('an event that comes many times at once is taken once, and all senders are told of one run', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => send({ id: 'e1', order: 1 })));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 9 }, () => 200), 202]);
  expect(new Set(answers.map(({ body }) => z.object({ run: z.string() }).parse(body).run)).size).toBe(1);
  const { rows } = await db.query<{ payload: unknown }>(`SELECT payload FROM outbox WHERE kind = 'sensor'`);
  expect(rows).toMatchObject([{ payload: { pipeline: 'load', config: { order: 1 } } }]);
  expect(await listSensorEvents(db, { pipeline: 'load', sensor: 'shipped' }, { limit: 5 })).toHaveLength(1);
});

test('the same id with another payload is refused, and what is refused is written nowhere', async () => {
  expect((await send({ id: 'e1', order: 2 })).status).toBe(409);
  expect((await send({ id: 'e2', order: 'two' })).status).toBe(400);
  expect((await send({ id: 'e2', order: 2 }, { at: Date.now() - 600_000 })).status).toBe(401);
  expect(await listSensorEvents(db, { pipeline: 'load', sensor: 'shipped' }, { limit: 5 })).toHaveLength(1);
});

test('the same bytes are the same event though the schema has a new default since; so is the same in other bytes', async () => {
  const newer = createApplication({ host: '127.0.0.1', token: null, log });
  const changed = { ...sensor, payload: payload.extend({ express: z.boolean().default(false) }) };
  serveSensorEvents(newer, { db, sensors: [{ pipeline, sensor: changed, secret }] });
  endings.push(() => newer.close());
  const there = `${await newer.listen({ host: '127.0.0.1', port: 0 })}/v1/sensors/load/shipped`;
  expect(await send({ id: 'e1', order: 1 }, { to: there })).toMatchObject({ status: 200, body: { new: false } });
  expect(await send({ id: 'e1', order: 2 }, { to: there })).toMatchObject({ status: 409 });
  expect(await send({ order: 1, id: 'e1' })).toMatchObject({ status: 200, body: { new: false } });
});

test('workers that were told no port say that nobody listens; those of another build than the current one say nothing', async () => {
  const environment = { host: '127.0.0.1', token: null, eventsPort: null };
  const parts = { db, project: { folder: '.' }, mask: NO_MASK, log, environment };
  const sensors = [{ pipeline, sensor, value: secret }];
  await startSensors({ ...parts, sensors, isCurrent: () => Promise.resolve(false) }).stop();
  expect(await listSensors(db, { limit: 5 })).toEqual([]);
  const service = startSensors({ ...parts, sensors });
  await eventually(async () => (await listSensors(db, { limit: 5 }))[0]?.error?.includes('PER_RUN_194') === true);
  await service.stop();
});

test('a port that another program has is told by its address, once in the log, and is taken when it is free', async () => {
  const stranger = createServer((_request, response) => response.end('{"hello":"you"}'));
  await once(stranger.listen(0, '127.0.0.1'), 'listening');
  const { port } = z.object({ port: z.int() }).parse(stranger.address());
  let logged = '';
  const to = new Writable({ write: (chunk, _encoding, done) => ((logged += String(chunk)), done()) });
  const environment = { host: '127.0.0.1', token: null, eventsPort: port };
  const parts = { db, project: { folder: '.' }, mask: NO_MASK, log: pino(to), environment, interval: 20 };
  const service = startSensors({ ...parts, sensors: [{ pipeline, sensor, value: secret }] });
  endings.push(
    () => stranger.close(),
    () => service.stop(),
  );
  const found = async () => (await listSensors(db, { limit: 5 }))[0];
  await eventually(async () => (await found())?.error?.includes('PER_RUN_196') === true);
  const row = await found();
  expect(row?.error).toContain(`http://127.0.0.1:${port}, where events are to be heard, is taken by another program`);
  expect(judgeSensors(row ? [row] : [], Date.now())).toMatchObject({
    status: 'warn',
    found: expect.stringContaining(`127.0.0.1:${port}`) as unknown,
  });
  // What `perennial up` prints, in either case: it waits for what is said after its start.
  const files = onFiles('arrivals', { in: 'incoming', match: '*.csv', config: () => ({ order: 1 }) });
  const heard = heardSensors([{ name: 'load', sensors: [files, sensor] }]);
  const printed = () => eventAddresses(database.url, heard, Date.now());
  const address = `POST http://127.0.0.1:${port}/v1/sensors/load/shipped`;
  expect(await printed()).toMatchObject([{ error: expect.stringContaining('PER_RUN_196') as unknown }]);
  stranger.close();
  await eventually(async () => (await found())?.error === null);
  expect(await printed()).toEqual([{ sensor: 'load/shipped', address, error: null }]);
  expect(logged.match(/PER_RUN_196/g)).toHaveLength(1);
});

test('a worker that has the port is told from a stranger by what it answers to an event without a signature', async () => {
  const at = { host: '127.0.0.1', port: Number(new URL(url).port) };
  expect(await hearsAlready(at, { pipeline: 'load', sensor: 'shipped' })).toBe(true);
  // Of another project, or of a build that has not got it.
  expect(await hearsAlready(at, { pipeline: 'load', sensor: 'other' })).toBe(false);
  const silent = createServer((_request, response) => response.writeHead(401).end('who are you?'));
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  endings.push(() => silent.close());
  const { port } = z.object({ port: z.int() }).parse(silent.address());
  expect(await hearsAlready({ host: '127.0.0.1', port }, { pipeline: 'load', sensor: 'shipped' })).toBe(false);
});
