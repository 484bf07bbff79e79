// Danger: a route that answers strangers: from another machine without a token, or from another site through a browser.
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { z } from 'zod';
import { createApplication, isLoopback } from '../../../api';

const log = pino({ level: 'silent' });

function application(host: string, token: string | null): FastifyInstance {
  const app = createApplication({ host, token, log });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/things', () => ({ things: [] }));
  app.post('/things', (request) => z.object({ n: z.number() }).parse(request.body));
  app.get('/broken', () => {
    throw new Error('password=hunter2');
  });
  return app;
}

const opened: FastifyInstance[] = [];

afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
});

interface Ask {
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly payload?: object;
}

/** Asks a real socket: the headers arrive as a client wrote them. */
async function ask(
  app: FastifyInstance,
  { path, headers = {}, payload }: Ask,
): Promise<{ status: number; body: string }> {
  if (!app.server.listening) {
    await app.listen({ host: '127.0.0.1', port: 0 });
    opened.push(app);
  }
  const { port } = app.server.address() as AddressInfo;
  const own = payload === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((done, fail) => {
    const sent = request(
      { port, path, method: payload ? 'POST' : 'GET', headers: { ...own, ...headers } },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => done({ status: response.statusCode ?? 0, body }));
      },
    );
    sent.once('error', fail).end(payload && JSON.stringify(payload));
  });
}

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.0.1', false],
  ['127.0.0.1.example', false],
])('%s is loopback: %p', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test('it is not made at all off loopback without a token', () => {
  expect(() => application('0.0.0.0', null)).toThrow('PER_SERVE_015');
});

test.each([
  [undefined, 401],
  ['Bearer', 401],
  ['Bearer wrong', 401],
  ['Basic secret', 401],
  ['secret', 401],
  ['Bearer secret', 200],
  ['bearer secret', 200],
])('with a token set, the header %p is answered %p', async (authorization, status) => {
  const app = application('0.0.0.0', 'secret');
  const headers = authorization === undefined ? {} : { authorization };
  expect((await ask(app, { path: '/things', headers })).status).toBe(status);
  expect((await ask(app, { path: '/not-there', headers })).status).toBe(status === 200 ? 404 : 401);
  expect((await ask(app, { path: '/healthz', headers })).status).toBe(200);
});

test('on loopback the Host must be this machine and an Origin the server itself', async () => {
  const app = application('127.0.0.1', null);
  const statusFor = async (headers: Record<string, string>): Promise<number> =>
    (await ask(app, { path: '/things', headers })).status;
  expect(await statusFor({ host: 'localhost:80' })).toBe(200);
  expect(await statusFor({ host: '[::1]:80' })).toBe(200);
  expect(await statusFor({ host: 'rebound.example' })).toBe(403);
  expect(await statusFor({ host: 'localhost@rebound.example' })).toBe(403);
  expect(await statusFor({ host: 'localhost', origin: 'http://localhost' })).toBe(200);
  expect(await statusFor({ host: 'localhost', origin: 'http://other.example' })).toBe(403);
  expect(await statusFor({ host: 'localhost', origin: 'null' })).toBe(403);
});

test('errors have a code and say nothing of the inside', async () => {
  const app = application('127.0.0.1', null);
  const broken = await ask(app, { path: '/broken' });
  expect(broken.status).toBe(500);
  expect(broken.body).toContain('PER_SERVE_020');
  expect(broken.body).not.toContain('hunter2');
  const wrong = await ask(app, { path: '/things', payload: { n: 'one' } });
  expect(wrong.status).toBe(400);
  expect(JSON.parse(wrong.body)).toMatchObject({ error: { code: 'PER_SERVE_001', issues: [{ path: 'n' }] } });
});
