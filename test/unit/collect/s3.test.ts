/**
 * Danger: half an object, or one half old and half new, is taken for the whole; a page of a list is missed in silence; a key
 * pair goes where nobody said, or a pipeline reads what only the machine's neighbours may; a refusal of S3 says nothing.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atOnce } from '../../../activities/collect/s3/at-once';
import { connectS3, type S3Place } from '../../../activities/collect/s3/connect-s3';
import { fetchObject } from '../../../activities/collect/s3/fetch-object';
import { findObjects } from '../../../activities/collect/s3/find-objects';
import { refusalOf } from '../../../activities/collect/s3/refusals';
import { sharedRoom } from '../../../activities/collect/s3/room';
import { S3Connection, Source } from '../../../steps';
import { refused, rejection } from '../data/parquet';
import { type Answer, serving } from './serving';

jest.setTimeout(60_000);
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'perennial-s3-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = randomBytes(300_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const pair = { accessKeyId: 'PAIR-ID-1', secretAccessKey: 'canary-7731' };
const { signal } = new AbortController();

async function asking(origin: string, more: Partial<S3Place> = {}) {
  const stall = more.stall ?? 10_000;
  const place = { bucket: 'lake', endpoint: origin, connection: pair, allowed: ['127.0.0.1'], stall, ...more };
  const s3 = await connectS3(place);
  return { ...s3, stall, asked: { bucket: 'lake', region: s3.region, stall } };
}

let files = 0;
/** Fetches one object as collect does, with short pauses. */
async function fetched(
  origin: string,
  more: Partial<S3Place> & { key?: string; etag?: string; maxBytes?: number } = {},
) {
  const { key = 'in/rows.csv', etag, maxBytes = 1_000_000, ...place } = more;
  const to = join(folder, `object-${(files += 1)}`);
  const { get, end, asked } = await asking(origin, place);
  try {
    const room = sharedRoom(maxBytes).part();
    const limits = { tries: 3, firstPause: 1, room, etag, signal };
    return { to, got: await fetchObject({ ...asked, ...limits, key, get, to }) };
  } finally {
    end();
  }
}

async function found(origin: string, keys: readonly string[], place: Partial<S3Place> = {}) {
  const { list, end, asked } = await asking(origin, place);
  try {
    return await findObjects(keys, { ...asked, list, most: { objects: 20, pages: 30 }, signal });
  } finally {
    end();
  }
}

const whole: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': bytes.length, etag: '"v1"' }).end(bytes);
};
const rest: Answer = (request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
  const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(206, { 'content-range': range, 'content-length': bytes.length - from, etag: '"v1"' });
  response.end(bytes.subarray(from));
};
/** Sends the beginning and breaks off. */
const breaking =
  (upto: number, etag = '"v1"'): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length, etag });
    response.write(bytes.subarray(0, upto), () => response.destroy());
  };
const saying =
  (status: number, code: string, headers: Record<string, string> = {}, more = ''): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>canary-said</Message>${more}</Error>`);
  };

describe('an object', () => {
  test('comes whole, by a request that is signed and has the key letter by letter', async () => {
    const { origin, asked } = await serving(whole);
    const { to, got } = await fetched(origin, { key: '/a/../b c/é+[1]*.csv/' });
    expect(got).toEqual({ bytes: bytes.length, sha256, etag: '"v1"' });
    expect(readFileSync(to).equals(bytes)).toBe(true);
    expect(asked[0]?.url).toMatch(/^\/lake\/\/a\/\.\.\/b%20c\/%C3%A9%2B%5B1%5D%2A\.csv\/\?/);
    expect(asked[0]?.headers.authorization).toContain('Credential=PAIR-ID-1/');
    expect(asked[0]?.headers.authorization).not.toContain('canary');
  });

  test('is asked for unsigned where no key pair is given, whatever the worker has', async () => {
    const { origin, asked } = await serving(whole);
    process.env['AWS_ACCESS_KEY_ID'] = 'OF-THE-WORKER';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'canary-4412';
    try {
      await fetched(origin, { connection: null });
      expect(asked[0]?.headers.authorization).toBeUndefined();
      await fetched(origin, { connection: S3Connection.parse({ credentials: 'worker' }) });
      expect(asked[1]?.headers.authorization).toContain('Credential=OF-THE-WORKER/');
    } finally {
      delete process.env['AWS_ACCESS_KEY_ID'];
      delete process.env['AWS_SECRET_ACCESS_KEY'];
    }
  });

  test('that broke off goes on where it broke, if it is the same still', async () => {
    const { origin, asked } = await serving(breaking(100_000), rest);
    const { to, got } = await fetched(origin);
    expect(got).toMatchObject({ sha256 });
    expect(readFileSync(to).equals(bytes)).toBe(true);
    expect(asked[1]?.headers['if-match']).toBe('"v1"');
    expect(Number(/\d+/.exec(asked[1]?.headers.range ?? '')?.[0])).toBeGreaterThan(0);
  });

  test.each<[string, string, Answer]>([
    ['has changed meanwhile', '"v1"', saying(412, 'PreconditionFailed')],
    ['has changed, at a server that knows no conditions', '"v1"', whole],
    [
      'has changed, and comes in part all the same',
      '"v1"',
      (request, response) => {
        const from = /\d+/.exec(request.headers.range ?? '')?.[0];
        response
          .writeHead(206, { 'content-range': `bytes ${from}-9/10`, 'content-length': 5, etag: '"v2"' })
          .end('other');
      },
    ],
    ['has become shorter', '"v1"', saying(416, 'InvalidRange')],
    ['has no strong ETag', 'W/"v1"', whole],
  ])('that broke off and %s begins anew', async (_, etag, second) => {
    const { origin, asked } = await serving(breaking(100_000, etag), second, whole);
    const { to, got } = await fetched(origin);
    expect(got).toMatchObject({ bytes: bytes.length, sha256 });
    expect(readFileSync(to).equals(bytes)).toBe(true);
    expect(asked.length).toBeGreaterThanOrEqual(2);
  });

  test('that changes whenever it is fetched is given up, and tried again by the step', async () => {
    const { origin } = await serving((request, response) => {
      if (request.headers['if-match'] !== undefined) saying(412, 'PreconditionFailed')(request, response);
      // What hangs has come before it is given up; what breaks may be thrown away with the connection.
      else response.writeHead(200, { 'content-length': bytes.length, etag: '"v1"' }).write(bytes.subarray(0, 50_000));
    });
    const error = await rejection(fetched(origin, { stall: 200 }));
    expect([error.code, error.retryable]).toEqual(['PER_DATA_026', true]);
  });

  test('that has not changed is not fetched again; one that has, is', async () => {
    const { origin, asked } = await serving((request, response) =>
      request.headers['if-none-match'] === '"v1"' ? response.writeHead(304).end() : whole(request, response),
    );
    expect((await fetched(origin, { etag: '"v1"' })).got).toBeNull();
    expect((await fetched(origin, { etag: '"v0"' })).got).toMatchObject({ sha256 });
    expect(asked).toHaveLength(2);
  });

  test('without a byte is one without a byte', async () => {
    const { origin } = await serving((_, response) =>
      response.writeHead(200, { 'content-length': 0, etag: '"0"' }).end(),
    );
    expect((await fetched(origin)).got).toMatchObject({ bytes: 0 });
  });

  test.each<[string, Answer]>([
    ['stalls before its answer', () => undefined],
    ['stalls in the middle', (_, response) => void response.writeHead(200, { 'content-length': 10 }).write('half')],
  ])('of a server that %s is given up', async (_, stalls) => {
    const { origin, asked } = await serving(stalls);
    await refused(fetched(origin, { stall: 60 }), 'PER_DATA_035', 'sent nothing for 0.06 s');
    expect(asked.length).toBeGreaterThanOrEqual(3);
  });

  test.each<[string, Answer, string]>([
    ['ends before its length', breaking(0), 'PER_DATA_036'],
    ['has no length', (_, response) => void response.writeHead(200).end('rows'), 'PER_DATA_038'],
    [
      'is in another encoding than its key says',
      (_, response) => void response.writeHead(200, { 'content-length': 4, 'content-encoding': 'gzip' }).end('rows'),
      'PER_DATA_038',
    ],
    [
      'has another checksum than S3 says',
      (_, response) =>
        void response
          .writeHead(200, { 'content-length': 4, etag: '"v1"', 'x-amz-checksum-crc32': 'AAAAAA==' })
          .end('rows'),
      'PER_DATA_036',
    ],
    [
      'is larger than may be',
      (_, response) => response.writeHead(200, { 'content-length': 2_000_000 }).flushHeaders(),
      'PER_DATA_034',
    ],
  ])('that %s is refused', async (_, answer, code) => {
    const { origin } = await serving(answer);
    await refused(fetched(origin), code, 's3://lake/in/rows.csv');
  });

  test('that comes beside others shares what they may have: no more is written before one is refused', async () => {
    // All four are asked for before any is answered: none of them has come whole when the next begins.
    const waiting: (() => void)[] = [];
    const { origin } = await serving((request, response) => {
      waiting.push(() => {
        whole(request, response);
      });
      if (waiting.length === 4) for (const answer of waiting) answer();
    });
    const { get, end, asked } = await asking(origin);
    const room = sharedRoom(2.5 * bytes.length);
    const to = [0, 1, 2, 3].map((i) => join(folder, `beside-${i}`));
    const got = await Promise.allSettled(
      to.map((path, i) => {
        const limits = { tries: 3, firstPause: 1, room: room.part(), signal };
        return fetchObject({ ...asked, ...limits, key: `in/${i}`, get, to: path });
      }),
    );
    end();
    expect(got.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const one of got) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'PER_DATA_034' });
    expect(to.reduce((sum, path) => sum + statSync(path).size, 0)).toBe(2 * bytes.length);
  });

  test('in gzip may be said to be so, if its key says so too', async () => {
    const { origin } = await serving((_, response) =>
      response.writeHead(200, { 'content-length': 4, 'content-encoding': 'aws-chunked,gzip' }).end('rows'),
    );
    expect((await fetched(origin, { key: 'rows.csv.gz' })).got).toMatchObject({ bytes: 4 });
  });
});

describe('a refusal', () => {
  const location = 'http://127.0.0.2/lake';
  const html =
    (status: number): Answer =>
    (_, response) =>
      void response.writeHead(status).end('<html><p>none</html>');

  test.each<[string, Answer, string, boolean, string]>([
    ['no bucket', saying(404, 'NoSuchBucket'), 'PER_DATA_047', false, 'no bucket lake'],
    ['no object', saying(404, 'NoSuchKey'), 'PER_DATA_048', false, 's3://lake/in/rows.csv'],
    ['404 and nothing else', html(404), 'PER_DATA_048', false, 's3://lake/in/rows.csv'],
    ['no access', saying(403, 'AccessDenied'), 'PER_DATA_049', false, 'AccessDenied (403)'],
    ['an unknown key pair', saying(403, 'InvalidAccessKeyId'), 'PER_DATA_049', false, 'InvalidAccessKeyId'],
    ['a wrong secret', saying(403, 'SignatureDoesNotMatch'), 'PER_DATA_049', false, 'SignatureDoesNotMatch'],
    ['an old token', saying(400, 'ExpiredToken'), 'PER_DATA_049', false, 'ExpiredToken'],
    ['401 and nothing else', html(401), 'PER_DATA_049', false, '(401)'],
    ['clocks that differ', saying(403, 'RequestTimeTooSkewed'), 'PER_DATA_054', false, 'RequestTimeTooSkewed'],
    ['an archived object', saying(403, 'InvalidObjectState'), 'PER_DATA_055', false, 'InvalidObjectState (403)'],
    ['a page of a web server', html(418), 'PER_DATA_055', false, '(418)'],
    [
      'another region, by a header',
      saying(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-west-1', location }),
      'PER_DATA_051',
      false,
      'lies in eu-west-1, not in us-east-1',
    ],
    [
      'another region, by its answer',
      saying(400, 'AuthorizationHeaderMalformed', {}, '<Region>eu-west-2</Region>'),
      'PER_DATA_051',
      false,
      'lies in eu-west-2',
    ],
    ['another place', saying(307, 'TemporaryRedirect', { location }), 'PER_DATA_051', false, 'lies elsewhere'],
    ['a fault of its own', saying(500, 'InternalError'), 'PER_DATA_052', true, 'InternalError (500)'],
    ['a fault of what stands before it', html(502), 'PER_DATA_052', true, '(502)'],
  ])('with %s says so', async (_, answer, code, retryable, said) => {
    const { origin, asked } = await serving(answer);
    const error = await rejection(fetched(origin));
    expect([error.code, error.retryable]).toEqual([code, retryable]);
    expect(error.message).toContain(said);
    expect(error.message).not.toContain('canary');
    // What may be otherwise the next time is asked three times, all else once.
    expect(asked).toHaveLength(retryable ? 3 : 1);
  });

  test('for a while is waited for', async () => {
    const { origin, asked } = await serving(saying(500, 'InternalError'), whole);
    expect((await fetched(origin)).got).toMatchObject({ sha256 });
    expect(asked).toHaveLength(2);
  });

  test('to connect is one that may pass', async () => {
    const { origin, end } = await serving(whole);
    await end();
    const error = await rejection(fetched(origin));
    expect([error.code, error.retryable]).toEqual(['PER_DATA_052', true]);
    const refusal = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    const asked = { bucket: 'lake', key: 'k', region: 'us-east-1', stall: 1 };
    expect(refusalOf(refusal, asked).message).toContain('s3://lake/k cannot be reached: ECONNREFUSED.');
  });

  test('has its code, or none: what else a server writes there is not told', async () => {
    const { origin } = await serving(saying(403, 'canary-7731 <b>'));
    const error = await rejection(fetched(origin));
    expect(error.code).toBe('PER_DATA_049');
    expect(error.message).not.toContain('canary');
  });
});

describe('a place inside the network', () => {
  test('that the operator has not named is connected to by nobody: by address, by name, with TLS and without', async () => {
    const { port, asked } = await serving(whole);
    for (const endpoint of [
      `http://127.0.0.1:${port}`,
      `https://127.0.0.1:${port}`,
      `https://localhost:${port}`,
      `http://localhost:${port}`,
      'http://169.254.169.254',
      'https://[::1]',
      'https://2130706433',
      'https://[::ffff:10.0.0.1]',
    ]) {
      const error = await rejection(fetched(endpoint, { allowed: ['lake.example'] }));
      // A name is looked up after it is seen that it would be asked in the open.
      const code = endpoint.startsWith('http://localhost') ? 'PER_DATA_053' : 'PER_DATA_030';
      expect([endpoint, error.code, error.retryable]).toEqual([endpoint, code, false]);
    }
    expect(asked).toHaveLength(0);
  });

  test('is not let in by the bucket in the name of the host', async () => {
    const { port, asked } = await serving(whole);
    const connection = { ...pair, forcePathStyle: false };
    const endpoint = `https://localhost:${port}`;
    const error = await rejection(fetched(endpoint, { connection, allowed: ['localhost'] }));
    expect(['PER_DATA_030', 'PER_DATA_052']).toContain(error.code);
    expect(asked).toHaveLength(0);
  });

  test('is no place that a redirect leads to', async () => {
    const inside = await serving(whole);
    const { origin, asked } = await serving((_, response: ServerResponse) => {
      response.writeHead(307, { location: `${inside.origin}/lake/in/rows.csv` }).end();
    });
    await refused(fetched(origin), 'PER_DATA_051');
    expect([asked.length, inside.asked.length]).toEqual([1, 0]);
  });
});

test('no key pair is sent in the open, but to hosts that the operator names', async () => {
  await refused(fetched('http://8.8.8.8'), 'PER_DATA_053', '8.8.8.8');
});

describe('a list', () => {
  const page = (keys: readonly string[], more = ''): Answer => {
    const contents = keys.map(
      (key) => `<Contents><Key>${key}</Key><Size>4</Size><ETag>"${key.length}"</ETag></Contents>`,
    );
    const inside = `<Name>lake</Name><EncodingType>url</EncodingType>${more}${contents.join('')}`;
    return (_, response) => void response.end(`<?xml version="1.0"?><ListBucketResult>${inside}</ListBucketResult>`);
  };
  const goesOn = (token: string) =>
    `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`;

  test('is read to its last page, its keys as they are, sorted, each once, without folders', async () => {
    const { origin, asked } = await serving(
      page(['in/', 'in/b+c%2B%0A.csv', 'in/x.parquet'], goesOn('one/+=')),
      page(['in/%C3%A9.csv', 'in/a.csv', 'in/a/b.csv'], goesOn('two')),
      page(['in/z.csv']),
    );
    const objects = await found(origin, ['in/*.csv']);
    expect(objects.map(({ key }) => key)).toEqual(['in/a.csv', 'in/b c+\n.csv', 'in/z.csv', 'in/é.csv']);
    expect(objects[0]).toEqual({ key: 'in/a.csv', bytes: 4, etag: '"8"' });
    expect(asked.map(({ url }) => new URL(url ?? '', origin).searchParams.get('continuation-token'))).toEqual([
      null,
      'one/+=',
      'two',
    ]);
    expect(new URL(asked[0]?.url ?? '', origin).searchParams.get('prefix')).toBe('in/');
  });

  test('is not asked for keys without letters of patterns; what both name comes once', async () => {
    const { origin, asked } = await serving(page(['a.csv', 'b.csv']));
    expect(await found(origin, ['c.csv'])).toEqual([{ key: 'c.csv', bytes: null, etag: null }]);
    expect(asked).toHaveLength(0);
    const objects = await found(origin, ['b.csv', '*.csv', 'a.csv']);
    expect(objects.map(({ key, bytes: size }) => [key, size])).toEqual([
      ['a.csv', 4],
      ['b.csv', 4],
    ]);
  });

  test('with a key that is the pattern letter by letter means that one alone', async () => {
    const { origin } = await serving(page(['day[1].csv', 'day1.csv']));
    expect((await found(origin, ['day[1].csv'])).map(({ key }) => key)).toEqual(['day[1].csv']);
  });

  test('without a match is told as files are', async () => {
    const { origin } = await serving(page(['in/b.parquet']));
    await refused(found(origin, ['in/*.csv']), 'PER_DATA_001', 's3://lake/in/*.csv');
    await refused(found((await serving(page([]))).origin, ['*']), 'PER_DATA_001');
  });

  test('of more matches than may be is refused, and not read to its end', async () => {
    let pages = 0;
    const { origin, asked } = await serving((request, response) => {
      pages += 1;
      page(
        Array.from({ length: 9 }, (_, i) => `${pages}-${i}.csv`),
        goesOn(`t${pages}`),
      )(request, response);
    });
    await refused(found(origin, ['*']), 'PER_DATA_027', 'more than 20 objects');
    expect(asked).toHaveLength(3);
  });

  test('that never ends is given up', async () => {
    let pages = 0;
    const { origin } = await serving((request, response) => page([], goesOn(`t${(pages += 1)}`))(request, response));
    await refused(found(origin, ['*']), 'PER_DATA_027', '30 parts');
  });

  test.each<[string, Answer]>([
    ['the page before', page(['a.csv'], goesOn('same'))],
    ['a page that follows and not how to ask for it', page(['a.csv'], '<IsTruncated>true</IsTruncated>')],
    ['another bucket', (_, response) => void response.end('<ListBucketResult><Name>other</Name></ListBucketResult>')],
    ['a web page', (_, response) => void response.end('<html><body>welcome</body></html>')],
    ['no XML', (_, response) => void response.end('welcome <')],
    ['keys that are in no encoding', page(['%E9%zz.csv'])],
  ])('that answers with %s is none', async (_, answer) => {
    const { origin } = await serving(answer);
    await refused(found(origin, ['*']), 'PER_DATA_055');
  });

  test.each<[Answer, string]>([
    [saying(404, 'NoSuchBucket'), 'PER_DATA_047'],
    [saying(403, 'AccessDenied'), 'PER_DATA_049'],
    [saying(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-west-1' }), 'PER_DATA_051'],
    [saying(500, 'InternalError'), 'PER_DATA_052'],
  ])('that is refused says why', async (answer, code) => {
    const { origin } = await serving(answer);
    await refused(found(origin, ['*']), code);
  });
});

test('a cancelled fetch ends with the reason of the cancellation', async () => {
  const cancelling = new AbortController();
  const { origin } = await serving((_, response) => {
    response.writeHead(200, { 'content-length': 10 }).write('half');
    cancelling.abort(new Error('the run was cancelled'));
  });
  const { get, end, asked } = await asking(origin);
  const limits = { tries: 3, firstPause: 1, room: sharedRoom(100).part(), signal: cancelling.signal };
  const to = join(folder, 'cancelled');
  await expect(fetchObject({ ...asked, ...limits, key: 'k', get, to })).rejects.toThrow('the run was cancelled');
  end();
});

describe('what is done a few at a time', () => {
  test('keeps the order of the items, and never more than the few', async () => {
    let now = 0;
    let most = 0;
    const results = await atOnce([5, 4, 3, 2, 1, 0], { few: 3, signal }, async (item) => {
      most = Math.max(most, (now += 1));
      for (let turns = 0; turns < item; turns += 1) await Promise.resolve();
      now -= 1;
      return item * 2;
    });
    expect([results, most]).toEqual([[10, 8, 6, 4, 2, 0], 3]);
  });

  test('ends with its first failure when all have stopped, and begins nothing more', async () => {
    const begun: number[] = [];
    let stopped = false;
    const working = atOnce([0, 1, 2, 3], { few: 2, signal }, async (item, _, own) => {
      begun.push(item);
      if (item === 0) throw new Error('the first');
      await new Promise<void>((done) => own.addEventListener('abort', () => done()));
      stopped = true;
      throw new Error('a later one');
    });
    await expect(working).rejects.toThrow('the first');
    expect([begun, stopped]).toEqual([[0, 1], true]);
  });
});

describe('a source or a connection that', () => {
  const source = { kind: 's3', bucket: 'lake', keys: 'a.csv', format: { kind: 'csv' } };

  test.each<[string, object]>([
    ['has a key in its address', { endpoint: 'https://me:canary@lake.example' }],
    ['names endpoint and resource', { endpoint: 'https://lake.example', resource: 'lake' }],
    ['has a bucket that is none', { bucket: 'a/../b' }],
    ['has a region that is none', { region: 'x.evil.example/' }],
    ['has no keys', { keys: [] }],
    ['has an empty key', { keys: '' }],
  ])('%s is refused', (_, more) => {
    expect(Source.safeParse({ ...source, endpoint: undefined, ...more }).success).toBe(false);
    expect(Source.safeParse(source).success).toBe(true);
  });

  test.each<[string, object]>([
    ['has half a key pair', { accessKeyId: 'a' }],
    ['has the other half', { secretAccessKey: 's', credentials: 'worker' }],
    ['has neither key pair nor credentials', {}],
    ['has both', { ...pair, credentials: 'worker' }],
  ])('%s is none', (_, value) => {
    expect(S3Connection.safeParse(value).success).toBe(false);
    expect(S3Connection.safeParse(pair).success).toBe(true);
  });
});
