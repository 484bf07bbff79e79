// Danger: serving that does not start, dies, or hangs because Postgres is away or a model's file is broken; that says
// nothing of it; or that needs a person once the cause is gone. The process is real; the way to the suite's Postgres is cut.
import { once } from 'node:events';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { tinyBytes } from '../../tiny-model';
import { proxyTo } from './proxy';
import { call, Predicted, type Reply, setStage, type Stage, until } from './stage';

const ROW = { x: 0, carrier: null, at: '2001-02-03T04:05:06.000Z' };

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(async () => {
  await stage.end();
});

const one = ['--processes', '1'];
const refusedWith = (code: string) => ({ status: 503, body: { error: { code } } });
const ask = (url: string, model: string): Promise<Reply> =>
  call(`${url}/v1/models/${model}/predict`, 'POST', { rows: [ROW] });

/** The readiness of a server; what is wrong with it. */
const ready = (url: string): Promise<Reply> => call(`${url}/readyz`, 'GET');

test('with Postgres down at the start it starts, says so, and serves once Postgres is there', async () => {
  await stage.promote('early', tinyBytes());
  const proxy = await proxyTo(stage.databaseUrl);
  const server = await stage.serve({ args: one, env: { DATABASE_URL: proxy.url } });
  expect(await call(`${server.url}/healthz`, 'GET')).toMatchObject({ status: 200 });
  expect(await ready(server.url)).toEqual({
    status: 503,
    body: { ready: false, problems: ['the champions have not been read'] },
  });
  expect(await ask(server.url, 'early')).toMatchObject(refusedWith('PER_SERVE_019'));

  await proxy.up();
  await until(
    () => ready(server.url),
    ({ status }) => status === 200,
  );
  expect(await ask(server.url, 'early')).toMatchObject({ status: 200, body: { version: 1, logged: true } });
  expect(await server.stop()).toBe(0);
  await proxy.down();
});

test('with Postgres down at the start, and the records of a preview behind it, it serves none of them and ends', async () => {
  await stage.promote('mixed', tinyBytes());
  await stage.db.query(`INSERT INTO preview VALUES ('fix-age', 'n', 'b', false, '{}', now())`);
  const proxy = await proxyTo(stage.databaseUrl);
  const server = await stage.serve({ args: one, env: { DATABASE_URL: proxy.url } });
  const ended = once(server.process, 'exit');
  await proxy.up();
  let served = false;
  // It may end between two questions, or while it answers.
  const asked = async (): Promise<boolean> => {
    served ||= (await ask(server.url, 'mixed').catch(() => null))?.status === 200;
    return false;
  };
  let isOver = false;
  while (!isOver) isOver = await Promise.race([ended.then(() => true), asked()]);
  expect(await ended).toEqual([1, null]);
  expect(served).toBe(false);
  await stage.db.query('DELETE FROM preview');
  await proxy.down();
});

test('with Postgres lost it predicts on, refuses what it cannot record, and heals with nothing lost', async () => {
  await stage.promote('steady', tinyBytes());
  const proxy = await proxyTo(stage.databaseUrl);
  await proxy.up();
  const server = await stage.serve({ args: one, env: { DATABASE_URL: proxy.url } });
  const [labels, causes] = ['labels', 'causes'].map((route) => `${server.url}/v1/models/steady/${route}`);
  const key = { 'idempotency-key': 'k' };
  const cause = { kind: 'new-data', eventTime: '2001-02-01T00:00:00.000Z' };
  const first = Predicted.parse((await ask(server.url, 'steady')).body).predictions[0]?.id;

  await proxy.down();
  const meanwhile = await ask(server.url, 'steady');
  expect(meanwhile).toMatchObject({ status: 200, body: { logged: true } });
  expect(await call(labels ?? '', 'POST', { labels: [{ id: first, label: 1 }] })).toMatchObject(
    refusedWith('PER_SERVE_019'),
  );
  expect(await call(causes ?? '', 'POST', cause, key)).toMatchObject(refusedWith('PER_SERVE_019'));
  expect(await call(`${server.url}/v1/admin/flush`, 'POST', {})).toMatchObject(refusedWith('PER_SERVE_021'));
  await stage.promote('steady', tinyBytes({ bias: 1 }));

  await proxy.up();
  // The promotion was told while nobody listened: the new connection asks for what it missed.
  await until(
    () => ask(server.url, 'steady'),
    ({ body }) => Predicted.parse(body).version === 2,
  );
  expect(await call(labels ?? '', 'POST', { labels: [{ id: first, label: 1 }] })).toMatchObject({ status: 202 });
  expect(await call(causes ?? '', 'POST', cause, key)).toMatchObject({ status: 202, body: { reported: true } });
  await until(
    () => call(`${server.url}/v1/admin/flush`, 'POST', {}),
    ({ status }) => status === 200,
  );
  const ids = (await stage.logged('steady')).map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining([first, Predicted.parse(meanwhile.body).predictions[0]?.id]));
  expect(await server.stop()).toBe(0);
  await proxy.down();
});

test('a champion whose file is gone is said so, and serves once the file is back', async () => {
  const bytes = tinyBytes({ bias: 0.25 });
  let file = '';
  await stage.promote('gone', bytes, async (path) => {
    file = path;
    await rm(path);
  });
  const server = await stage.serve({ args: one });
  expect(await ask(server.url, 'gone')).toMatchObject(refusedWith('PER_SERVE_017'));
  expect(await ready(server.url)).toEqual({
    status: 503,
    body: { ready: false, problems: ['the champion of gone could not be loaded'] },
  });
  expect(String((await call(`${server.url}/metrics`, 'GET')).body)).toMatch(
    /perennial_model_load_failures_total\{model="gone"\} [1-9]/,
  );
  await writeFile(file, bytes);
  await until(
    () => ask(server.url, 'gone'),
    ({ status }) => status === 200,
  );
  expect(await ready(server.url)).toMatchObject({ status: 200 });
  expect(await server.stop()).toBe(0);
});

test('a new champion whose file is corrupt leaves the older version serving, until it is mended', async () => {
  await stage.promote('rotten', tinyBytes({ bias: 0.5 }));
  const server = await stage.serve({ args: one });
  const bytes = tinyBytes({ bias: 0.75 });
  let file = '';
  await stage.promote('rotten', bytes, async (path) => {
    file = path;
    await chmod(path, 0o640);
    const damaged = await readFile(path);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    await writeFile(path, damaged);
  });
  await until(
    () => call(`${server.url}/metrics`, 'GET'),
    ({ body }) => String(body).includes('perennial_model_load_failures_total{model="rotten"}'),
  );
  expect(await ask(server.url, 'rotten')).toMatchObject({ status: 200, body: { version: 1 } });
  expect(await ready(server.url)).toMatchObject({ status: 200 });
  await writeFile(file, bytes);
  await until(
    () => ask(server.url, 'rotten'),
    ({ body }) => Predicted.parse(body).version === 2,
  );
  expect(await server.stop()).toBe(0);
});
