import { parseArgs } from 'node:util';
import type { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { EngineObserver } from '../activities/observe';
import { type Mask, NO_MASK } from '../activities/run-step/resources';
import { perennialError } from '../core/errors';
import { openDb } from '../store/db';
import { readEnvironment } from '../store/environment';
import { openLineRecords } from '../store/logs/line-records';
import { takeResources } from '../store/resource-values';
import { buildOf } from './build-of';
import { cleanOutput } from './clean-output';
import { connectWorker, readBelonging, refusePreviewNamespace } from './connect';
import { freePorts } from './embedded/ports';
import { endOfProgram } from './end-of-program';
import { findDevices, type FoundDevices, slotsFor } from './devices';
import { loadActivities } from './load-activities';
import { loadProject } from './load-project';
import { installRuntime, openLog } from './log';
import { openPoolResources } from './open-resources';
import { requirePool } from './pool-steps';
import { hearSupervisor } from './hear-supervisor';
import { startPresence } from './presence';
import { sensorsOf } from './sensors/open-sensors';
import { startServices } from './services';
import { openTelemetry, type Telemetry } from './telemetry';
import { readMetricsPort } from './telemetry/metrics-port';
import { slotsOf, WORKFLOW_POOL } from './tuning';
import { partsOf, watchPreview } from './watch-preview';
import { createWorker, taskQueueOf } from './worker';

/**
 * The program of a worker: `node dist/workers/main.js --pool cpu|gpu [--slots N] [--devices 0,1] [--metrics-port N]
 * [--standby]`. Prints one line `{"ready": {...}}` on stdout once it polls; logs on stderr. SIGTERM and SIGINT end it gracefully; a second one at once. With
 * --standby it makes everything ready but the project, which it loads when its supervisor says so on stdin.
 */
async function main(log: Logger): Promise<void> {
  // What steps throw is told by the lines of their sources. Not by Node's flag: then the maps of all that is loaded before
  // would be read as well, a fifth of the CPU of a start.
  process.setSourceMapsEnabled(true);
  const { pool, slots: told, devices: named, standby, metricsPort } = readArguments();
  const environment = readEnvironment();
  const given = takeResources(environment.project);
  log.level = environment.logLevel;
  const sdkAddress = installRuntime(log, metricsPort === null ? null : await addressOfSdk());
  const devices = findDevices(pool, named);
  const slots = slotsFor(devices, told);
  useDevices(pool, devices, log);
  const stopped = signalled(log);
  const db = openDb(environment.databaseUrl, { max: 20 });
  const connecting = connectWorker(environment.temporalAddress, log);
  const supervisor = standby ? hearSupervisor() : null;
  await supervisor?.calledUp;
  const belonging = readBelonging(environment, log);
  const [connection, project, { startsByItself }] = await Promise.all([
    connecting,
    loadProject(environment.project, environment.state),
    belonging,
  ]);
  requirePool(pool, project);
  await refusePreviewNamespace(connection, environment);
  const resources = await openPoolResources(project, pool, given);
  mask = resources.mask;
  const lines = openLineRecords(db, { log });
  const build = buildOf(environment, project);
  const { pipelines } = project;
  const sensors = await sensorsOf({ pool, startsByItself }, pipelines, given);
  const telemetry = await openTelemetry({ pool, db, environment, build, log, pipelines, metricsPort, sdkAddress });
  const run = { db, environment, log, lines, project, build };
  const parts = { ...run, resources, devices: devices.names, telemetry, startsByItself };
  const { activities, announced } = await loadActivities(pool, parts);
  const namespace = environment.temporalNamespace;
  const pinned = environment.versioning === 'pinned';
  const { interceptors } = telemetry;
  const worker = await createWorker(pool, { connection, namespace, build, pinned, activities, slots, interceptors });
  const running = worker.run();
  const figures = await telemetry.serve({
    slots: slotsOf(pool, slots),
    slotsUsed: () => worker.getStatus().numInFlightNonLocalActivities,
  });
  const digest = (): string => supervisor?.project() ?? project.digest;
  const presence = startPresence({ db, pool, build, project: digest, steps: announced, log });
  const services =
    pool === WORKFLOW_POOL
      ? await startServices({ ...run, sensors, mask, startsByItself, ...observing(telemetry) })
      : null;
  const { preview } = environment;
  const watch =
    preview === null ? null : watchPreview(preview, partsOf(db, connection, namespace), { log, gone: fail });
  log.info({ pool, build, pinned, steps: Object.keys(activities) }, 'the worker polls');
  const ready = { pool, taskQueue: taskQueueOf(pool), pid: process.pid, metrics: figures.url };
  process.stdout.write(`${JSON.stringify({ ready })}\n`);
  void stopped.then(() => {
    endOf(worker);
  });
  try {
    await running;
  } finally {
    await Promise.all([watch?.stop(), presence.stop(), services?.stop(), figures.stop(), lines.stop()]);
    await connection.close();
    await db.end();
  }
}

interface Arguments {
  readonly pool: string;
  readonly slots: number | undefined;
  readonly devices: string | undefined;
  readonly standby: boolean;
  /** null: no figures are served. */
  readonly metricsPort: number | null;
}

function readArguments(): Arguments {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      pool: text,
      slots: text,
      devices: text,
      standby: { type: 'boolean', default: false },
      'metrics-port': text,
    },
  });
  const slots = values.slots === undefined ? undefined : Number(values.slots);
  if (values.pool === undefined || (slots !== undefined && !(Number.isInteger(slots) && slots > 0))) {
    throw perennialError(
      'PER_STACK_011',
      'A worker is started with --pool <name> and, if wanted, --slots <count>, --devices <list> and --metrics-port <port>.',
    );
  }
  const metricsPort = readMetricsPort(values['metrics-port']);
  return { pool: values.pool, slots, devices: values.devices, standby: values.standby, metricsPort };
}

/** Where the SDK says its own figures, for this process alone to read. */
async function addressOfSdk(): Promise<string> {
  const [port = 0] = await freePorts(1);
  return `127.0.0.1:${port}`;
}

/** What the services tell of what they do. */
function observing({ engine }: Telemetry): { readonly observer?: EngineObserver } {
  return engine === undefined ? {} : { observer: engine };
}

/** Says once what the worker computes on. With one device its own process keeps to it; with several each step has a process. */
function useDevices(pool: string, { names, source }: FoundDevices, log: Logger): void {
  if (names.length > 0) log.info({ devices: names, source }, 'each device runs one step at a time');
  else if (pool === 'gpu') log.warn({ source }, 'no device: the steps run on the CPU');
  const [only, ...more] = names;
  if (only !== undefined && more.length === 0) process.env['CUDA_VISIBLE_DEVICES'] = only;
}

/** Resolves at the first signal to end; the second one ends the process. */
function signalled(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (++count > 1) process.exit(1);
        log.info({ signal }, 'ending: what runs may finish');
        resolve();
      });
    }
  });
}

function endOf(worker: Worker): void {
  // It may have failed and ended by itself.
  if (worker.getState() === 'RUNNING') worker.shutdown();
}

/** Of the values that this process was given: nothing that it writes holds one. */
let mask: Mask = NO_MASK;
const clean = (text: string): string => mask.line(text);

const log = openLog('worker', 'info', clean);
cleanOutput([process.stdout, process.stderr], clean);
const fail = (error: unknown): never => {
  process.exit(endOfProgram(error, log, (line) => process.stderr.write(line)));
};
// Node would print the error itself, past every mask.
process.on('uncaughtException', fail);
main(log).then(() => process.exit(0), fail);
