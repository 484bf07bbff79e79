import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { guard } from '../../api/guard';
import { isPerennialError } from '../../core/errors';
import type { Service } from '../services';

/** Where figures are served, and to whom. */
export interface FiguresDoor {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The bearer token; null only on loopback. */
  readonly token: string | null;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  /** In Prometheus's text form. */
  readonly text: () => Promise<string>;
}

/** Figures that are served. */
export interface ServedFigures extends Service {
  /** Null while the port is another's: it is tried again and again. */
  readonly url: string | null;
}

/** ms between tries for a port that is taken: by the worker that this one replaces, say. */
const AGAIN = 1_000;

/** What the server's answer to a refused request is. */
const REFUSED: { readonly [code: string]: number } = { PER_SERVE_005: 401, PER_SERVE_006: 403 };

/**
 * Serves `GET /metrics`, behind the guard of the engine's other doors. A port that is taken keeps no worker from its work.
 *
 * @throws PER_SERVE_015 when it would be reachable from elsewhere without a token
 */
export async function serveFigures({ host, port, token, log, text }: FiguresDoor): Promise<ServedFigures> {
  const admit = guard({ host, token });
  let url: string | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const server = createServer((request, response) => {
    void answer(request, response, admit, text).catch((error: unknown) => {
      log.warn({ err: error }, 'the figures could not be read');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  // Nobody waits for a scraper at the end.
  server.unref();
  // It may fail later too, without file descriptors say. An error that nobody hears would end the worker.
  server.on('error', (error) => {
    if (url !== null) log.warn({ err: error }, 'the figures could not be served to somebody');
  });
  const listen = (): Promise<void> =>
    new Promise((done) => {
      const failed = (error: Error): void => {
        server.off('listening', heard);
        if (timer === undefined) log.warn({ err: error, port }, 'the figures are not served yet; it is tried again');
        if (!stopped) timer = setTimeout(() => void listen(), AGAIN).unref();
        done();
      };
      const heard = (): void => {
        server.off('error', failed);
        url = urlOf(server.address(), host);
        log.info({ url }, 'the figures are served');
        done();
      };
      server.once('error', failed);
      server.once('listening', heard);
      server.listen(port, host);
    });
  await listen();
  return {
    get url() {
      return url;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      if (!server.listening) return;
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  { headers, method, url }: IncomingMessage,
  response: ServerResponse,
  admit: ReturnType<typeof guard>,
  text: () => Promise<string>,
): Promise<void> {
  response.setHeader('x-content-type-options', 'nosniff').setHeader('cache-control', 'no-store');
  const path = (url ?? '').split('?', 1)[0];
  try {
    admit({ headers, routeOptions: { url: path } });
  } catch (error) {
    if (!isPerennialError(error)) throw error;
    response.writeHead(REFUSED[error.code] ?? 403, { 'content-type': 'text/plain' }).end(`${error.message}\n`);
    return;
  }
  if (path !== '/metrics' || method !== 'GET') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('GET /metrics is served here.\n');
    return;
  }
  const figures = await text();
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(figures);
}

function urlOf(address: string | AddressInfo | null, host: string): string | null {
  if (address === null || typeof address === 'string') return null;
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/metrics`;
}
