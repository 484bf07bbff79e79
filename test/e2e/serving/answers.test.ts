// Danger: a request that is refused without saying why, answered wrongly, or answered without a record; a server that
// strangers can use.
import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { tinyBytes } from '../../tiny-model';
import { call, Predicted, type Server, setStage, type Stage, until } from './stage';

const ROW = { x: 1, carrier: 'AA', at: '2001-02-03T04:05:06.000Z' };
const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));

jest.setTimeout(120_000);

let stage: Stage;
let server: Server;
let predict: string;

beforeAll(async () => {
  stage = await setStage();
  await stage.promote('tiny', tinyBytes({ weight: 2 }));
  server = await stage.serve();
  predict = `${server.url}/v1/models/tiny/predict`;
});

afterAll(async () => {
  await stage.end();
});

test('a row is answered with its probability, and is in the log once flushed', async () => {
  const reply = await call(predict, 'POST', { rows: [ROW, { x: null, carrier: 'never seen', at: 981_173_106_000 }] });
  expect(reply.status).toBe(200);
  const { predictions, ...rest } = Predicted.parse(reply.body);
  expect(rest).toEqual({ model: 'tiny', version: 1, logged: true });
  expect(predictions[0]?.probability).toBeCloseTo(sigmoid(3), 6);
  expect(predictions[1]?.probability).toBeCloseTo(0.5, 6);
  expect(await call(`${server.url}/v1/admin/flush`, 'POST', {})).toMatchObject({ status: 200 });
  const lines = await stage.logged('tiny');
  expect(lines.find((line) => line.id === predictions[0]?.id)).toMatchObject({
    event: '2001-02-03T04:05:06.000Z',
    model: 'tiny',
    version: 1,
    p: predictions[0]?.probability,
    row: ROW,
  });
  expect(lines.find((line) => line.id === predictions[1]?.id)?.row).toEqual({
    x: null,
    carrier: 'never seen',
    at: '2001-02-03T04:05:06.000Z',
  });
});

test.each([
  ['no rows', { rows: [] }, 422, 'PER_SERVE_012'],
  ['1,001 rows', { rows: Array.from({ length: 1_001 }, () => ROW) }, 422, 'PER_SERVE_011'],
  ['a missing feature', { rows: [ROW, { x: 1, at: null }] }, 422, 'PER_SERVE_008'],
  ['an unknown feature', { rows: [{ ...ROW, extra: 1 }] }, 422, 'PER_SERVE_009'],
  ['NaN as text', { rows: [{ ...ROW, x: 'NaN' }] }, 422, 'PER_SERVE_010'],
  ['NaN itself', `{"rows":[{"x":NaN,"carrier":"AA","at":null}]}`, 400, 'PER_SERVE_002'],
  ['an infinite number', `{"rows":[{"x":1e999,"carrier":"AA","at":null}]}`, 422, 'PER_SERVE_010'],
  ['a number as text', { rows: [{ ...ROW, carrier: 7 }] }, 422, 'PER_SERVE_010'],
  ['a time that is none', { rows: [{ ...ROW, at: 'yesterday' }] }, 422, 'PER_SERVE_010'],
  ['a row that is no object', { rows: [[1, 2]] }, 422, 'PER_SERVE_010'],
  ['a body without rows', { instances: [] }, 400, 'PER_SERVE_001'],
  ['an unknown option', { rows: [ROW], dryRun: true }, 400, 'PER_SERVE_001'],
  ['malformed JSON', '{"rows":', 400, 'PER_SERVE_002'],
  ['a key that reaches for prototypes', '{"rows":[{"__proto__":{}}]}', 400, 'PER_SERVE_002'],
  [
    'a body above the limit',
    JSON.stringify({ rows: [{ ...ROW, carrier: 'x'.repeat(1_100_000) }] }),
    413,
    'PER_SERVE_003',
  ],
])('%s is refused', async (_, body, status, code) => {
  expect(await call(predict, 'POST', body)).toMatchObject({ status, body: { error: { code } } });
});

test('a refusal names the row and the feature', async () => {
  const reply = await call(predict, 'POST', { rows: [ROW, { ...ROW, x: true }] });
  expect(JSON.stringify(reply.body)).toContain("Row 1: the feature 'x' must be a number or null, not a boolean");
});

test('what is not served is said so', async () => {
  expect(await call(`${server.url}/v1/models/nothing/predict`, 'POST', { rows: [ROW] })).toMatchObject({
    status: 404,
    body: { error: { code: 'PER_SERVE_007' } },
  });
  expect(await call(`${server.url}/v2`, 'GET')).toMatchObject({
    status: 404,
    body: { error: { code: 'PER_SERVE_004' } },
  });
  expect(await call(predict, 'POST', 'rows', { 'content-type': 'text/plain' })).toMatchObject({
    status: 415,
    body: { error: { code: 'PER_SERVE_018' } },
  });
});

test('labels: new, repeated, contradicted, malformed, and of a prediction that nobody knows', async () => {
  const labels = `${server.url}/v1/models/tiny/labels`;
  const { predictions } = Predicted.parse((await call(predict, 'POST', { rows: [ROW, ROW] })).body);
  const [a = { id: '' }, b = { id: '' }] = predictions;
  const receipt = (accepted: number, duplicate: number, conflicting: string[]) => ({
    status: 202,
    body: { accepted, duplicate, conflicting },
  });
  expect(await call(labels, 'POST', { labels: [{ id: a.id, label: 1 }] })).toEqual(receipt(1, 0, []));
  expect(
    await call(labels, 'POST', {
      labels: [
        { id: a.id, label: true },
        { id: b.id, label: 0 },
      ],
    }),
  ).toEqual(receipt(1, 1, []));
  expect(await call(labels, 'POST', { labels: [{ id: a.id, label: 0 }] })).toEqual(receipt(0, 0, [a.id]));
  const unknown = `${a.id.split('.')[0]}.999`;
  expect(await call(labels, 'POST', { labels: [{ id: unknown, label: 0 }] })).toEqual(receipt(1, 0, []));
  expect(await call(labels, 'POST', { labels: [{ id: 'x', label: 1 }] })).toMatchObject({
    status: 400,
    body: { error: { code: 'PER_SERVE_014' } },
  });
  expect(await call(labels, 'POST', { labels: [{ id: a.id, label: 2 }] })).toMatchObject({ status: 400 });
});

test('a cause is reported once however often it is told, and not without its key', async () => {
  const causes = `${server.url}/v1/models/tiny/causes`;
  const body = { kind: 'new-data', evidence: { table: 'flights' }, eventTime: '2001-02-01T00:00:00Z' };
  expect(await call(causes, 'POST', body)).toMatchObject({ status: 400, body: { error: { code: 'PER_SERVE_016' } } });
  const key = { 'idempotency-key': 'load-17' };
  expect(await call(causes, 'POST', body, key)).toMatchObject({ status: 202, body: { reported: true } });
  expect(await call(causes, 'POST', body, key)).toMatchObject({ status: 202, body: { reported: false } });
  const { rows } = await stage.db.query(`SELECT kind, event_time, evidence FROM causes WHERE model = 'tiny'`);
  expect(rows).toEqual([{ kind: 'new-data', event_time: '2001-02-01T00:00:00.000Z', evidence: { table: 'flights' } }]);
  const outbox = await stage.db.query(`SELECT kind FROM outbox WHERE payload ->> 'model' = 'tiny'`);
  expect(outbox.rows).toEqual([{ kind: 'cause' }]);
});

test('the first cause of a model that serves nothing is taken by name when it says its time, and not otherwise', async () => {
  const causes = `${server.url}/v1/models/unborn/causes`;
  const key = { 'idempotency-key': 'first' };
  const eventTime = '2001-02-01T00:00:00.000Z';
  expect(await call(causes, 'POST', { kind: 'person' }, key)).toMatchObject({
    status: 404,
    body: { error: { code: 'PER_SERVE_007' } },
  });
  expect(await call(causes, 'POST', { kind: 'person', eventTime }, key)).toEqual({
    status: 202,
    body: { id: 'unborn/person/api:first', reported: true },
  });
  const told = await stage.db.query(`SELECT id, kind FROM outbox WHERE payload ->> 'model' = 'unborn'`);
  expect(told.rows).toEqual([{ id: 'cause:unborn/person/api:first', kind: 'cause' }]);
  const nobody = `${server.url}/v1/models/${encodeURIComponent('No Model')}/causes`;
  expect(await call(nobody, 'POST', { kind: 'person', eventTime }, key)).toMatchObject({ status: 404 });
});

test('a cause from the future is refused, as one thing and as a window', async () => {
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const far = new Date(Date.now() + 25 * 3_600_000).toISOString();
  const refused = { status: 422, body: { error: { code: 'PER_KEEP_009' } } };
  let sent = 0;
  const report = (model: string, body: object) =>
    call(
      `${server.url}/v1/models/${model}/causes`,
      'POST',
      { kind: 'person', ...body },
      { 'idempotency-key': `f${++sent}` },
    );
  // The rows of 'tiny' tell its time, and there are none of an hour from now.
  expect(await report('tiny', { eventTime: soon })).toMatchObject(refused);
  expect(await report('tiny', { window: { from: '2001-01-01T00:00:00Z', to: soon } })).toMatchObject(refused);
  expect(await report('unborn', { eventTime: far })).toMatchObject(refused);
  expect(await report('unborn', { eventTime: soon })).toMatchObject({ status: 202 });
});

test('evidence that the records cannot keep is refused', async () => {
  const causes = `${server.url}/v1/models/tiny/causes`;
  const report = (note: string, key: string) =>
    call(
      causes,
      'POST',
      { kind: 'person', evidence: { note }, eventTime: '2001-02-01T00:00:00Z' },
      { 'idempotency-key': key },
    );
  for (const [i, note] of ['a\u0000b', 'a\ud83d'].entries()) {
    const refused = { status: 422, body: { error: { code: 'PER_KEEP_007' } } };
    expect(await report(note, `e${i}`)).toMatchObject(refused);
  }
  expect(await report('a \\u0000 spelled out', 'spelled')).toMatchObject({ status: 202 });
});

test('rows without an event time are counted', async () => {
  const counted = async (): Promise<number> => {
    const text = String((await call(`${server.url}/metrics`, 'GET')).body);
    return Number(/^perennial_predictions_without_event_time_total\{model="tiny"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const before = await counted();
  await call(predict, 'POST', { rows: [ROW, { ...ROW, at: null }, { ...ROW, at: null }] });
  expect((await counted()) - before).toBe(2);
});

test('health, readiness, models and metrics say what is served', async () => {
  expect(await call(`${server.url}/healthz`, 'GET')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await call(`${server.url}/readyz`, 'GET')).toMatchObject({ status: 200, body: { ready: true, problems: [] } });
  const about = await until(
    () => call(`${server.url}/v1/models/tiny`, 'GET'),
    ({ body }) =>
      z.object({ processes: z.array(z.object({ version: z.literal(1) })).length(2) }).safeParse(body).success,
  );
  expect(about.body).toMatchObject({ model: 'tiny', version: 1, eventTime: 'at' });
  const metrics = String((await call(`${server.url}/metrics`, 'GET')).body);
  expect(metrics).toContain('perennial_serving_processes{model="tiny",version="1"} 2');
  expect(metrics).toMatch(/perennial_predictions_total\{model="tiny",version="1"\} [1-9]/);
});

test('a log that cannot be written shows in the answer and in readiness, and heals', async () => {
  await stage.promote('brittle', tinyBytes());
  const folder = join(stage.state, 'elsewhere');
  const other = await stage.serve({ args: ['--processes', '1'], env: { PERENNIAL_PREDICTIONS: folder } });
  const brittle = `${other.url}/v1/models/brittle/predict`;
  await rm(folder, { recursive: true });
  await writeFile(folder, 'a file where the folder was');
  expect(await call(brittle, 'POST', { rows: [ROW], durable: true })).toMatchObject({
    status: 503,
    body: { error: { code: 'PER_SERVE_013' } },
  });
  expect(await call(brittle, 'POST', { rows: [ROW] })).toMatchObject({ status: 200, body: { logged: false } });
  expect(await call(`${other.url}/readyz`, 'GET')).toMatchObject({ status: 503, body: { ready: false } });
  await rm(folder);
  await until(
    () => call(`${other.url}/readyz`, 'GET'),
    ({ status }) => status === 200,
  );
  expect(await call(brittle, 'POST', { rows: [ROW], durable: true })).toMatchObject({
    status: 200,
    body: { logged: true },
  });
  await call(`${other.url}/v1/admin/flush`, 'POST', {});
  expect(await stage.logged('brittle')).toHaveLength(1);
  await other.stop();
});

test('on loopback a foreign Host or Origin is refused', async () => {
  const withHost = (host: string): Promise<number | undefined> =>
    new Promise((done, fail) => {
      request(`${server.url}/v1/models`, { headers: { host } }, (response) => {
        response.resume();
        done(response.statusCode);
      })
        .once('error', fail)
        .end();
    });
  expect(await withHost('evil.example')).toBe(403);
  expect(await withHost('127.0.0.1.evil.example')).toBe(403);
  expect(await withHost('localhost:1')).toBe(200);
  expect(await call(`${server.url}/v1/admin/flush`, 'POST', {}, { origin: 'https://evil.example' })).toMatchObject({
    status: 403,
    body: { error: { code: 'PER_SERVE_006' } },
  });
});

test('off loopback it refuses to start without a token, and refuses requests without it', async () => {
  const refused = await stage.refuse({ PERENNIAL_HOST: '0.0.0.0' });
  expect(refused.code).toBe(2);
  expect(refused.errors).toContain('PER_SERVE_015');

  const guarded = await stage.serve({ args: ['--processes', '1'], env: { PERENNIAL_TOKEN: 'a-secret' } });
  const routes = [
    ['GET', '/v1/models'],
    ['GET', '/v1/models/tiny'],
    ['GET', '/metrics'],
    ['GET', '/nowhere'],
    ['POST', '/v1/admin/flush'],
    ['POST', '/v1/models/tiny/predict'],
    ['POST', '/v1/models/tiny/labels'],
    ['POST', '/v1/models/tiny/causes'],
  ] as const;
  for (const [method, path] of routes) {
    const body = method === 'POST' ? {} : undefined;
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'a-secret' }] as Record<
      string,
      string
    >[])
      expect({ path, ...(await call(guarded.url + path, method, body, headers)) }).toMatchObject({ path, status: 401 });
  }
  const token = { authorization: 'Bearer a-secret' };
  expect(await call(`${guarded.url}/v1/models`, 'GET', undefined, token)).toMatchObject({ status: 200 });
  expect(await call(`${guarded.url}/healthz`, 'GET')).toMatchObject({ status: 200 });
  expect(await guarded.stop()).toBe(0);
});
