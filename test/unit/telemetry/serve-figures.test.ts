// Danger: figures of an engine stand open to the network or to a web page; or a port that is taken, or a server that fails later,
// ends a worker.
import { request } from 'node:http';
import { Server } from 'node:net';
import pino from 'pino';
import { readMetricsPort } from '../../../workers/telemetry/metrics-port';
import { serveFigures, type ServedFigures } from '../../../workers/telemetry/serve-figures';

const log = pino({ level: 'silent' });
const text = async (): Promise<string> => 'perennial_up 1\n';
const open: ServedFigures[] = [];

async function serve(token: string | null, port = 0, more: Partial<Parameters<typeof serveFigures>[0]> = {}) {
  const served = await serveFigures({ host: '127.0.0.1', port, token, log, text, ...more });
  open.push(served);
  return served;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.stop()));
});

/** The status and text of an answer; `fetch` lets nobody set the Host header. */
function get(url: string | null, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number | undefined; body: string }>((done, fail) => {
    const asked = request(url ?? '', { headers, method }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      answer.on('end', () => done({ status: answer.statusCode, body }));
    });
    asked.on('error', fail).end();
  });
}

test('on loopback without a token they are served to this machine, and nothing else is', async () => {
  const { url } = await serve(null);
  expect(await get(url)).toEqual({ status: 200, body: 'perennial_up 1\n' });
  expect(await get((url ?? '').replace('/metrics', '/other'))).toMatchObject({ status: 404 });
  expect(await get(url, {}, 'POST')).toMatchObject({ status: 404 });
  expect(await get(url, { host: 'evil.example' })).toMatchObject({ status: 403 });
  expect(await get(url, { origin: 'http://evil.example' })).toMatchObject({ status: 403 });
});

test('with a token only who has it is answered', async () => {
  const { url } = await serve('right');
  expect(await get(url)).toMatchObject({ status: 401 });
  expect(await get(url, { authorization: 'Bearer wrong' })).toMatchObject({ status: 401 });
  expect(await get(url, { authorization: 'Bearer right' })).toMatchObject({ status: 200 });
});

test('elsewhere than on loopback without a token they are not served at all', async () => {
  await expect(serve(null, 0, { host: '0.0.0.0' })).rejects.toMatchObject({ code: 'PER_SERVE_015' });
});

test('a port that is taken is served once it is free', async () => {
  const first = await serve(null);
  const port = Number(new URL(first.url ?? '').port);
  const second = await serve(null, port, { text: async () => 'second\n' });
  expect(second.url).toBeNull();
  await first.stop();
  while (second.url === null) await new Promise((again) => setTimeout(again, 20));
  expect(await get(second.url)).toEqual({ status: 200, body: 'second\n' });
});

test('a server that fails while it serves says so, and goes on', async () => {
  const listening = jest.spyOn(Server.prototype, 'listen');
  const warned: unknown[] = [];
  const { url } = await serve(null, 0, {
    log: { info: () => undefined, warn: (told: unknown) => void warned.push(told) },
  });
  const server: unknown = listening.mock.contexts[0];
  listening.mockRestore();
  const error = new Error('EMFILE');
  if (!(server instanceof Server)) throw new Error('no server');
  server.emit('error', error);
  server.emit('error', error);
  expect(warned).toEqual([{ err: error }, { err: error }]);
  expect(await get(url)).toMatchObject({ status: 200 });
});

test('figures that cannot be read are an answer too', async () => {
  const { url } = await serve(null, 0, { text: () => Promise.reject(new Error('no records')) });
  expect(await get(url)).toMatchObject({ status: 500 });
});

test('the port is what was told, else what the environment says; anything but a port is refused', () => {
  expect(readMetricsPort(undefined, {})).toBeNull();
  expect(readMetricsPort(undefined, { PERENNIAL_METRICS_PORT: '' })).toBeNull();
  expect(readMetricsPort('0', { PERENNIAL_METRICS_PORT: '9464' })).toBe(0);
  expect(readMetricsPort(undefined, { PERENNIAL_METRICS_PORT: '9464' })).toBe(9464);
  for (const wrong of ['x', '-1', '1.5', '65536']) {
    expect(() => readMetricsPort(wrong, {})).toThrow(/PER_STACK_075/);
  }
});
