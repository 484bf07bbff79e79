// Starts serving: `node dist/serving/main.js --port 0 --processes 2`. Prints {"ready":{"url":...}} when it answers.
import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { z } from 'zod';
import { isPerennialError, perennialError } from '../core/errors';
import { type Environment, readEnvironment } from '../store/environment';
import { refuseMixed } from '../store/previews/refuse-mixed';
import { runProcess } from './process/run';
import { prepareCluster, Supervisor } from './supervisor/supervise';

const Flags = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  processes: z.coerce.number().int().min(1).max(256).default(2),
});

const ServerProcess = z.object({
  PERENNIAL_SERVER_ID: z.string().regex(/^s[0-9a-f]{12}$/),
  PERENNIAL_SERVER_PORT: z.coerce.number().int(),
});

async function supervise(): Promise<void> {
  const flags = readFlags();
  const environment = readEnvironment();
  const log = pino({ level: environment.logLevel, name: 'serving' }, pino.destination(2));
  await refuseUnlessAway(environment);
  prepareCluster(__filename);
  const supervisor = new Supervisor({ environment, ...flags, log });
  let isEnding = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isEnding) return;
      isEnding = true;
      void supervisor.end().then(() => process.exit(0));
    });
  const port = await supervisor.start();
  const host = environment.host.includes(':') ? `[${environment.host}]` : environment.host;
  process.stdout.write(`${JSON.stringify({ ready: { url: `http://${host}:${port}` } })}\n`);
}

async function serve(): Promise<void> {
  const environment = readEnvironment();
  const { PERENNIAL_SERVER_ID: server, PERENNIAL_SERVER_PORT: port } = ServerProcess.parse(process.env);
  const log = pino(
    { level: environment.logLevel, name: 'serving', base: { pid: process.pid, server } },
    pino.destination(2),
  );
  // A terminal sends its interrupt to all; the supervisor says when to end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  await runProcess({ environment, server, port, log });
}

/** Production's serving starts with its records away, as ever, and then unchecked: it has nothing to serve until they answer. */
async function refuseUnlessAway(environment: Environment): Promise<void> {
  await refuseMixed(environment).catch((error: unknown) => {
    if (isPerennialError(error) || environment.preview !== null) throw error;
  });
}

function readFlags(): z.infer<typeof Flags> {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' }, processes: { type: 'string' } } });
    return Flags.parse(values);
  } catch (error) {
    throw perennialError('PER_SERVE_023', 'Usage: --port 0..65535 --processes 1..256.', { cause: error });
  }
}

(cluster.isPrimary ? supervise() : serve()).catch((error: unknown) => {
  process.stderr.write(`${isPerennialError(error) ? error.message : String(error)}\n`);
  // As the command has it: 2 is what its user has to change first.
  process.exit(isPerennialError(error) && error.fault === 'user' ? 2 : 1);
});
