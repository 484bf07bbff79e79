import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A way to the database that a test can cut: what lies behind it is the suite's own Postgres. */
export interface Proxy {
  /** The address of the database by this way. */
  readonly url: string;
  /** Lets connections through. */
  up(): Promise<void>;
  /** Ends every connection and refuses new ones, as a server that is gone does. */
  down(): Promise<void>;
}

/** Makes a proxy on a free port of loopback; it is down. */
export async function proxyTo(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const open = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    return socket.on('error', () => undefined).once('close', () => open.delete(socket));
  };
  let server: Server | null = null;
  const listen = (port: number): Promise<number> =>
    new Promise((done, fail) => {
      server = createServer((from) => {
        const to = keep(createConnection(Number(target.port), target.hostname));
        keep(from).pipe(to).pipe(from);
        from.once('close', () => to.destroy());
        to.once('close', () => from.destroy());
      }).once('error', fail);
      server.listen(port, '127.0.0.1', () => {
        const address = server?.address();
        done(typeof address === 'object' && address ? address.port : 0);
      });
    });
  const down = async (): Promise<void> => {
    const closing = server;
    server = null;
    for (const socket of open) socket.destroy();
    if (closing) await new Promise((done) => closing.close(done));
  };
  const port = await listen(0);
  await down();
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    async up() {
      await listen(port);
    },
    down,
  };
}
