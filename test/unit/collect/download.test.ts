/**
 * Danger: half a file, or another one, is taken for the whole; a server holds a worker for ever or fills its disk; a pipeline
 * reads what only the machine's neighbours may.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkedLookup, isPublic } from '../../../activities/collect/http/addresses';
import type { Fetched } from '../../../activities/collect/growing-file';
import { type Download, download } from '../../../activities/collect/http/download';
import { nextPlace } from '../../../activities/collect/http/request';
import { refused, rejection } from '../data/parquet';
import { listening, serving as servingAt } from './serving';

jest.setTimeout(60_000);
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'perennial-http-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = randomBytes(300_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

async function serving(...answers: Parameters<typeof servingAt>) {
  const { origin, ...rest } = await servingAt(...answers);
  return { ...rest, url: new URL(`${origin}/rows.csv?key=hidden`) };
}

let files = 0;
function fetched(url: URL, more: Partial<Download> = {}): { to: string; done: Promise<Fetched | null> } {
  const to = join(folder, `file-${(files += 1)}`);
  const limits = { allowed: ['127.0.0.1'], secretHeaders: {}, redirects: 3, stall: 10_000, tries: 3, firstPause: 1 };
  const signal = new AbortController().signal;
  return { to, done: download({ url, to, signal, maxBytes: 1_000_000, ...limits, ...more }) };
}

const whole = (_: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(200, { 'content-length': bytes.length, etag: '"v1"' }).end(bytes);
};
/** Sends the beginning and breaks off. */
const breaking =
  (upto: number, headers: Record<string, string> = { etag: '"v1"' }) =>
  (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-length': bytes.length, ...headers });
    response.write(bytes.subarray(0, upto), () => response.destroy());
  };
const rest = (request: IncomingMessage, response: ServerResponse): void => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
  const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(206, { 'content-range': range, 'content-length': bytes.length - from, etag: '"v1"' });
  response.end(bytes.subarray(from));
};

test('a file comes whole, with its digest and its ETag', async () => {
  const { url } = await serving(whole);
  const { to, done } = fetched(url, { sha256 });
  expect(await done).toEqual({ bytes: bytes.length, sha256, etag: '"v1"' });
  expect(readFileSync(to).equals(bytes)).toBe(true);
});

test('a download that broke goes on where it broke', async () => {
  const { url, asked } = await serving(breaking(100_000), rest);
  const { to, done } = fetched(url);
  expect(await done).toMatchObject({ sha256 });
  expect(readFileSync(to).equals(bytes)).toBe(true);
  expect(asked[1]?.headers).toMatchObject({ 'if-range': '"v1"' });
  expect(Number(/\d+/.exec(asked[1]?.headers.range ?? '')?.[0])).toBeGreaterThan(0);
});

test.each([
  ['has changed meanwhile', '"v1"', whole],
  ['has no strong ETag', 'W/"v1"', whole],
  [
    'gets another part than was asked for',
    '"v1"',
    (_: IncomingMessage, response: ServerResponse) =>
      response.writeHead(206, { 'content-range': 'bytes 5-9/10', etag: '"v1"' }).end('other'),
  ],
  [
    'gets a part of other bytes',
    '"v1"',
    (request: IncomingMessage, response: ServerResponse) => {
      const from = /\d+/.exec(request.headers.range ?? '')?.[0];
      response.writeHead(206, { 'content-range': `bytes ${from}-9/10`, etag: '"v2"' }).end('other');
    },
  ],
])('a broken download that %s begins anew', async (_, etag, second) => {
  const { url, asked } = await serving(breaking(100_000, { etag }), second, whole);
  const { to, done } = fetched(url);
  expect(await done).toMatchObject({ bytes: bytes.length, sha256 });
  expect(readFileSync(to).equals(bytes)).toBe(true);
  if (etag.startsWith('W/')) expect(asked[1]?.headers.range).toBeUndefined();
});

test('what has not changed is not fetched again; what has, is', async () => {
  const { url, asked } = await serving((request, response) =>
    request.headers['if-none-match'] === '"v1"' ? response.writeHead(304).end() : whole(request, response),
  );
  expect(await fetched(url, { etag: '"v1"' }).done).toBeNull();
  expect(await fetched(url, { etag: '"v0"' }).done).toMatchObject({ sha256 });
  expect(asked).toHaveLength(2);
});

test('another digest than was expected is refused', async () => {
  const { url } = await serving(whole);
  await refused(fetched(url, { sha256: 'a'.repeat(64) }).done, 'PER_DATA_037', sha256);
});

describe('a server that', () => {
  test.each([
    ['stalls before its answer', () => undefined],
    [
      'stalls in the middle',
      (_: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(200, { 'content-length': 10 }).write('half'),
    ],
  ])('%s is given up', async (_, stalls) => {
    const { url, asked } = await serving(stalls);
    await refused(fetched(url, { stall: 60 }).done, 'PER_DATA_035', 'sent nothing for');
    expect(asked.length).toBeGreaterThanOrEqual(3);
  });

  test('promises more than it sends is given up', async () => {
    const { url } = await serving(breaking(0));
    await refused(fetched(url).done, 'PER_DATA_036');
  });

  test('sends more than it promised is believed to its promise alone', async () => {
    const { port } = await listening(
      createSocketServer((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nrowsand more')),
      ),
    );
    const { to, done } = fetched(new URL(`http://127.0.0.1:${port}/`));
    await done.then(
      () => expect(readFileSync(to, 'utf8')).toBe('rows'),
      (error: unknown) => expect(error).toMatchObject({ code: 'PER_DATA_036' }),
    );
  });

  test('does not say where the file ends is refused, but for a file whose digest is known', async () => {
    const { port } = await listening(
      createSocketServer((socket) => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nrows'))),
    );
    const url = new URL(`http://127.0.0.1:${port}/`);
    await refused(fetched(url).done, 'PER_DATA_038');
    const known = createHash('sha256').update('rows').digest('hex');
    expect(await fetched(url, { sha256: known }).done).toMatchObject({ bytes: 4 });
  });

  test('cuts its chunks short is given up', async () => {
    const { url } = await serving(
      (_, response) => void response.writeHead(200).write('rows', () => response.destroy()),
    );
    await refused(fetched(url).done, 'PER_DATA_036');
  });

  test.each([
    [
      'says so',
      (_: IncomingMessage, response: ServerResponse) =>
        response.writeHead(200, { 'content-length': 2_000_000 }).flushHeaders(),
    ],
    [
      'does not say so',
      (_: IncomingMessage, response: ServerResponse) => {
        const more = (): void => {
          if (!response.destroyed) response.write(bytes, more);
        };
        more();
      },
    ],
  ])('sends more than may be, and %s, is refused', async (_, sends) => {
    const { url } = await serving(sends);
    await refused(fetched(url).done, 'PER_DATA_034', '1000000');
  });

  test.each([404, 401, 410])('answers with %d is not asked again', async (status) => {
    const { url, asked } = await serving((_, response) => response.writeHead(status).end());
    const error = await rejection(fetched(url).done);
    expect([error.code, error.retryable, error.message.includes('hidden')]).toEqual(['PER_DATA_031', false, false]);
    expect(asked).toHaveLength(1);
  });

  test.each([500, 503, 429])('answers with %d is asked again', async (status) => {
    const failing = (_: IncomingMessage, response: ServerResponse) => response.writeHead(status).end();
    const { url } = await serving(failing, failing, whole);
    expect(await fetched(url).done).toMatchObject({ sha256 });
    await refused(fetched((await serving(failing)).url).done, 'PER_DATA_032', String(status));
  });

  test('encodes the file is refused', async () => {
    const { url } = await serving((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'));
    await refused(fetched(url).done, 'PER_DATA_038', 'gzip');
  });

  test('is not there is given up', async () => {
    const { url, end } = await serving(whole);
    await end();
    await refused(fetched(url).done, 'PER_DATA_036', 'ECONNREFUSED');
  });
});

describe('redirects', () => {
  const to = (location: string) => (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(302, { location }).end();

  test('are followed, and a key is sent to the first origin alone', async () => {
    const last = await serving(whole);
    const first = await serving(to('/second'), to(last.url.href));
    const secretHeaders = { authorization: 'Bearer hidden' };
    expect(await fetched(first.url, { secretHeaders }).done).toMatchObject({ sha256 });
    expect(first.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer hidden', 'Bearer hidden']);
    expect(last.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test('in a circle end', async () => {
    const { url, asked } = await serving(to('/again'));
    await refused(fetched(url).done, 'PER_DATA_033', '3 times');
    expect(asked).toHaveLength(4);
  });

  test('never lead from HTTPS to plain HTTP, and lose names and passwords', () => {
    const first = new URL('https://lake.example/rows?key=hidden');
    expect(() => nextPlace('http://lake.example/rows', first, first)).toThrow('from HTTPS to plain HTTP');
    expect(nextPlace('//me:word@other.example/x', first, first).href).toBe('https://other.example/x');
  });

  test.each(['file:///etc/passwd', 'ftp://example.org/x', 'http://['])('to %s are refused', async (location) => {
    const { url } = await serving(to(location));
    await refused(fetched(url).done, 'PER_DATA_033');
  });

  test.each([
    'http://127.0.0.2/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://167772161/',
    'http://0x7f.2/',
  ])('to %s inside the network are refused', async (location) => {
    const { url } = await serving(to(location));
    // The first address is allowed by its name; the one it leads to is not.
    await refused(fetched(url).done, 'PER_DATA_030');
  });
});

describe('an address inside the network', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
  ])('%s is known, wrapped too', (address) => {
    expect(isPublic(address)).toBe(false);
    expect(isPublic(`::ffff:${address}`)).toBe(false);
  });

  test.each([
    '::',
    '::1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'no address',
  ])('%s is known', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  test.each(['8.8.8.8', '172.32.0.1', '::ffff:8.8.8.8', '2606:4700::1111'])('%s is none', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  test('is refused by a name that leads to it, even beside a public one', async () => {
    const url = new URL('http://inside.example/');
    const resolve: Download['resolve'] = (_, done) =>
      done(null, [
        { address: '8.8.8.8', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ]);
    await refused(fetched(url, { resolve }).done, 'PER_DATA_030', 'inside.example leads to 10.0.0.1');
  });

  test('cannot be smuggled in by a second answer: a name is looked up once, and the connection goes where it was checked', async () => {
    const { port, asked } = await serving(whole);
    const answers = ['127.0.0.1', '10.0.0.1'];
    let looked = 0;
    const resolve: Download['resolve'] = (_, done) =>
      done(null, [{ address: answers[(looked += 1) - 1] ?? '', family: 4 }]);
    const url = new URL(`http://rebound.example:${port}/`);
    expect(await fetched(url, { resolve, allowed: ['rebound.example'] }).done).toMatchObject({ sha256 });
    expect([looked, asked.length, asked[0]?.headers.host]).toEqual([1, 1, `rebound.example:${port}`]);
  });

  test('is handed over as it was checked', (done) => {
    const lookup = checkedLookup([], (_, answer) => answer(null, [{ address: '8.8.8.8', family: 4 }]));
    lookup('outside.example', { all: true }, (error, addresses) => {
      expect([error, addresses]).toEqual([null, [{ address: '8.8.8.8', family: 4 }]]);
      done();
    });
  });
});

test('a cancelled download ends with the reason of the cancellation', async () => {
  const cancelling = new AbortController();
  const { url } = await serving((_, response) => {
    response.writeHead(200, { 'content-length': 10 }).write('half');
    cancelling.abort(new Error('the run was cancelled'));
  });
  await expect(fetched(url, { signal: cancelling.signal }).done).rejects.toThrow('the run was cancelled');
});
