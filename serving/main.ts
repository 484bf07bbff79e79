// Starts serving: `node dist/serving/main.js --port 0 --processes 2`. Prints {"ready":{"url":...}} when it answers.
import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
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
  const isChecked = await refuseUnlessAway(environment);
  prepareCluster(__filename);
  const supervisor = new Supervisor({ environment, ...flags, log });
  let isEnding = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isEnding) return;
      isEnding = true;
      void supervisor.end().then(() => process.exit(0));
    });
  if (!isChecked) {
    void refuseOnceThere(environment, () => isEnding).catch(async (error: unknown) => {
      log.fatal({ err: error }, 'serving ends');
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      isEnding = true;
      await supervisor.end();
      process.exit(1);
    });
  }
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

/**
 * Production's serving starts with its records away, as ever: it has nothing to serve until they answer.
 *
 * @returns false: they were away, and are to be asked once they are there
 */
async function refuseUnlessAway(environment: Environment): Promise<boolean> {
  try {
    await refuseMixed(environment);
    return true;
  } catch (error) {
    if (isPerennialError(error) || environment.preview !== null) throw error;
    return false;
  }
}

/** ms between two tries to ask the records what they are. */
const ASK_AGAIN_MS = 1_000;

/**
 * Waits for the records and asks what they are. Until then, and after, no connection of a server process is used that would mix:
 * this only ends a serving that nobody could use.
 *
 * @throws PER_STACK_089
 */
async function refuseOnceThere(environment: Environment, isEnding: () => boolean): Promise<void> {
  while (!isEnding() && !(await refuseUnlessAway(environment))) await sleep(ASK_AGAIN_MS);
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
