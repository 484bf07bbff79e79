/**
 * Danger: a run that takes hours is waited for by many long polls. The SDK adds a listener to the wait's signal with each and
 * takes none off: Node then warns of a leak in the middle of the command's output. The SDK's own client speaks here to a server
 * that answers each poll at once with nothing, which is what Temporal says every 20 seconds.
 */
import { getEventListeners, getMaxListeners } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { Client, Connection } from '@temporalio/client';
import { Pool } from 'pg';
import { awaitRun } from '../../../client/await-run';

const NOT_FOUND = 5;
/** More than the listeners that Node takes for a leak, which are eleven. */
const POLLS = 30;

let server: Http2Server;
let connection: Connection;
let polls = 0;
let silent = false;
const db = new Pool();
/** The signals that waits were given. */
const signals: AbortSignal[] = [];

beforeAll(async () => {
  server = createServer();
  server.on('stream', answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  connection = await Connection.connect({ address: `127.0.0.1:${address.port}` });
  const given = connection.withAbortSignal.bind(connection);
  jest.spyOn(connection, 'withAbortSignal').mockImplementation((signal, work) => {
    signals.push(signal);
    return given(signal, work);
  });
});

afterAll(async () => {
  await connection.close();
  await db.end();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  polls = 0;
  silent = false;
  signals.length = 0;
});

/** An empty message; after enough polls for the history, that there is no such run; or no word at all. */
function answer(stream: ServerHttp2Stream, headers: { ':path'?: string | undefined }): void {
  const poll = headers[':path']?.endsWith('/GetWorkflowExecutionHistory') ?? false;
  if (poll) polls += 1;
  if (poll && silent && polls > 1) return;
  const status = poll && polls > POLLS ? NOT_FOUND : 0;
  stream.on('error', () => undefined);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': String(status) });
  });
  stream.end(status === 0 ? Buffer.alloc(5) : undefined);
}

test.each([[{}], [{ timeout: 60_000 }]])('many polls for a run raise no warning (%j)', async (options) => {
  const waiting = awaitRun({ temporal: new Client({ connection }), db }, 'gone', options);
  await expect(waiting).rejects.toMatchObject({ code: 'PER_KEEP_004' });
  expect(polls).toBeGreaterThan(POLLS);
  // Node warns outside of jest's realm, where no test hears it: ask for what it goes by.
  expect(signals.filter(isTakenForALeak).length).toBe(0);
});

function isTakenForALeak(signal: AbortSignal): boolean {
  return getEventListeners(signal, 'abort').length > getMaxListeners(signal);
}

test('the wait ends when its time is up, although the server is silent', async () => {
  silent = true;
  const waiting = awaitRun({ temporal: new Client({ connection }), db }, 'endless', { timeout: 50 });
  await expect(waiting).rejects.toMatchObject({ code: 'PER_KEEP_008' });
});
