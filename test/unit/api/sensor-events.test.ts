// Danger: an event from somebody who has no secret, one that is replayed, or a secret that is told by an answer.
import { Writable } from 'node:stream';
import pino from 'pino';
import { Pool } from 'pg';
import { z } from 'zod';
import { createApplication, serveSensorEvents } from '../../../api';
import { checkSignature, signEvent } from '../../../api/event-signature';
import { onEvent, resource, secret } from '../../../core';

/** What has to be closed however a test ends: else the process waits for it. */
const endings: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(endings.map((end) => end())));

const key = 'a secret of enough characters';
const body = Buffer.from('{"id":"a","order":1}');
const now = 1_790_000_000_000;
const timestamp = String(now / 1_000);
const signature = signEvent(key, timestamp, body);

/** The code of what a check throws; null: it passes. */
function checked(changes: Partial<Parameters<typeof checkSignature>[1]>, at = now): string | null {
  try {
    checkSignature(key, { timestamp, signature, body, ...changes }, at);
    return null;
  } catch (error) {
    return String(error);
  }
}

test('what was signed with the secret passes, within five minutes on either side', () => {
  // By `printf '1790000000.{"id":"a","order":1}' | openssl dgst -sha256 -hmac 'a secret of enough characters'`.
  expect(signature).toBe('sha256=3caac5a5f1fe9cf3a5830104365397bc751821d4294270fd658abe4a301e4d77');
  expect([0, 299_000, -299_000].map((off) => checked({}, now + off))).toEqual([null, null, null]);
  for (const off of [301_000, -301_000]) expect(checked({}, now + off)).toContain('PER_RUN_193');
});

test.each([
  ['no timestamp', { timestamp: undefined }],
  ['no signature', { signature: undefined }],
  ['another timestamp', { timestamp: String(now / 1_000 + 1) }],
  ['a timestamp that is no number', { timestamp: 'now' }],
  ['another body', { body: Buffer.from('{"id":"b","order":1}') }],
  ['the signature of another secret', { signature: signEvent('another secret of them', timestamp, body) }],
  ['a signature cut short', { signature: signature.slice(0, -1) }],
  ['a longer one', { signature: `${signature}0` }],
])('%s is refused, without a word of the secret or the right signature', (_what, changes) => {
  const said = checked(changes) ?? '';
  expect(said).toContain('PER_RUN_189');
  expect(said).not.toContain(key);
  expect(said).not.toContain(signature.slice(10, 40));
});

test('the route asks for no token, reads nothing unsigned, says what is wrong with what is, and logs no secret', async () => {
  let logged = '';
  const log = pino(
    { level: 'trace' },
    new Writable({ write: (chunk, _encoding, done) => ((logged += String(chunk)), done()) }),
  );
  const app = createApplication({ host: '127.0.0.1', token: 'a token', log });
  const shopKey = resource('shop-key', secret(z.string()));
  const payload = z.object({ id: z.string(), order: z.int() });
  const sensor = onEvent('shipped', { secret: shopKey, payload, id: (e) => e.id, config: (e) => ({ order: e.order }) });
  const pipeline = { name: 'load', config: z.object({ order: z.int().max(5) }) };
  // Nobody is there: whatever passes all checks meets a lost database.
  const db = new Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none', connectionTimeoutMillis: 500 });
  serveSensorEvents(app, { db, sensors: [{ pipeline, sensor, secret: key }], now: () => now });
  endings.push(
    () => app.close(),
    () => db.end(),
  );
  const base = await app.listen({ host: '127.0.0.1', port: 0 });
  const post = async (text: string, headers: object = {}, url = '/v1/sensors/load/shipped') => {
    const signed = {
      'perennial-timestamp': timestamp,
      'perennial-signature': signEvent(key, timestamp, Buffer.from(text)),
    };
    const all = { 'content-type': 'application/json', ...signed, ...headers };
    const answer = await fetch(`${base}${url}`, { method: 'POST', headers: all, body: text });
    const { error } = z
      .object({ error: z.object({ code: z.string(), message: z.string() }) })
      .parse(await answer.json());
    return [answer.status, error.code, error.message] as const;
  };
  const good = body.toString();
  expect((await post(good, {}, '/v1/sensors/load/other')).slice(0, 2)).toEqual([404, 'PER_RUN_190']);
  expect((await post('no json', { 'perennial-signature': 'sha256=0' })).slice(0, 2)).toEqual([401, 'PER_RUN_189']);
  expect((await post('no json')).slice(0, 2)).toEqual([400, 'PER_SERVE_002']);
  expect(await post('{"id":"a","order":"one"}')).toEqual([
    400,
    'PER_SERVE_001',
    expect.stringContaining('order: ') as unknown,
  ]);
  expect((await post('{"id":"","order":1}')).slice(0, 2)).toEqual([400, 'PER_SERVE_001']);
  expect((await post('{"id":"a\\u0000","order":1}')).slice(0, 2)).toEqual([400, 'PER_SERVE_001']);
  expect((await post('{"id":"a","order":9}')).slice(0, 2)).toEqual([422, 'PER_RUN_013']);
  expect((await post(`{"id":"${'x'.repeat(1_100_000)}"}`)).slice(0, 2)).toEqual([413, 'PER_SERVE_003']);
  expect((await post(good, { 'content-type': 'text/csv' })).slice(0, 2)).toEqual([415, 'PER_SERVE_018']);
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const answer = await fetch(`${base}/v1/sensors/load/shipped`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await answer.json()).toMatchObject({ error: { code: 'PER_RUN_199' } });
  }
  // Any other address asks for the token, as ever.
  expect((await fetch(`${base}/v1/sensors/load`)).status).toBe(401);
  // The database's errors are of another realm here, so that the code is not that of a lost one.
  expect((await post(good))[0]).toBeGreaterThanOrEqual(500);
  expect(logged).not.toContain(key);
});
