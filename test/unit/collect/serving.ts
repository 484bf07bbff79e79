import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';

const ends = new Set<() => Promise<unknown>>();
afterEach(async () => {
  for (const end of ends) await end();
});

/** A server of a test that listens on a port of its own; it ends with the test, or earlier. */
export interface Listening {
  readonly port: number;
  readonly end: () => Promise<unknown>;
}

export async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const end = (): Promise<unknown> => {
    ends.delete(end);
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  };
  ends.add(end);
  return { port, end };
}

/** What a server does with a request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that answers each request by the next of the answers, the last one for ever. */
export async function serving(...answers: Answer[]) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answers[Math.min(asked.length, answers.length) - 1]?.(request, response);
  });
  const { port, end } = await listening(server);
  return { origin: `http://127.0.0.1:${port}`, asked, port, end };
}
