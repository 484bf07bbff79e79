/**
 * Danger: the API's own error is lost on its way to the person: its code decides the exit code, its message the repair. The
 * server here is a real HTTP server that answers as the API does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { postPredictions } from '../../../cli/post-predictions';
import { perennialError } from '../../../core/errors';

async function withServer<T>(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  try {
    return await work(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const rows = [{ distance: 405 }];

describe('postPredictions', () => {
  test('sends the rows with the token, and hands the answer on', async () => {
    const seen: string[] = [];
    const answer = { model: 'm', version: 2, logged: true, predictions: [{ id: 's.0', probability: 0.25 }] };
    const got = await withServer(
      (request, response) => {
        seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
        request.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
        request.on('end', () => response.end(JSON.stringify(answer)));
      },
      (url) => postPredictions({ url, token: 't' }, 'm', rows),
    );
    expect(got).toEqual(answer);
    expect(seen).toEqual(['POST /v1/models/m/predict Bearer t', '{"rows":[{"distance":405}]}']);
  });

  test("the API's refusal keeps its code, and its fix is said once", async () => {
    const refusal = perennialError('PER_SERVE_011', 'Row 1001 is one too many.');
    const error: unknown = await withServer(
      (_request, response) => {
        response.statusCode = 400;
        response.end(JSON.stringify({ error: { code: refusal.code, message: refusal.message, fault: 'user' } }));
      },
      (url) => postPredictions({ url, token: null }, 'm', rows).catch((e: unknown) => e),
    );
    expect(error).toMatchObject({ code: 'PER_SERVE_011', message: refusal.message });
  });

  test('an answer that no API of ours gives is named with its status', async () => {
    const asked = withServer(
      (_request, response) => {
        response.statusCode = 502;
        response.end('<html>');
      },
      (url) => postPredictions({ url, token: null }, 'm', rows),
    );
    await expect(asked).rejects.toThrow(/PER_SERVE_020.*answered 502/);
  });

  test('nobody there is said as such', async () => {
    const free = await withServer(
      () => undefined,
      (url) => Promise.resolve(url),
    );
    await expect(postPredictions({ url: free, token: null }, 'm', rows)).rejects.toThrow(
      /Serving at .* does not answer/,
    );
  });
});
