import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { migrate } from '../../store/migrate';
import { withoutResources } from '../../store/resource-values';
import type { ToWorker } from '../hear-supervisor';
import { builtFile } from '../package-root';
import { ensureSearchAttributes } from '../search-attributes';
import { type EnginePart, startEnginePart } from './engine-part';
import { keepLock, lockHolder, releaseLock, takeLock } from './lock';
import type { ReplacedPart, StackProgress, StackRequest } from './messages';
import { endLeftovers, Parts, type StartPart } from './parts';
import { freePorts } from './ports';
import { openPostgresHome, postgresUrl, startPostgres } from './postgres';
import { recordedHome } from './postgres-home';
import { markOf } from './process-mark';
import { secretsOf } from './secrets';
import { Standbys } from './standby';
import { clearState } from './state-folder';
import { removeStackFile, WORKERS, writeCurrent, writePrivate } from './stack-file';
import type { PartName, StackAddresses, StackFile } from './stack-file';
import { startTemporal } from './temporal';
import { findTemporalBinary } from './temporal-binary';

type Tell = (progress: StackProgress) => void;

/** A stack that runs, from the side of the process that keeps it running. */
export interface Supervised {
  readonly file: StackFile;
  /** Lets it outlive its launcher. */
  detach(): void;
  /** False once someone has removed the state folder or given it to another: there is nothing left to keep running. */
  holdsFolder(): boolean;
  /** Removes the place outside of the state folder where root's Postgres lived; for a stack whose state folder is gone. */
  dropHome(): void;
  /**
   * The project has been edited: puts new workers in place of these, all at once, once they are ready; one that does not
   * become so leaves the old one at work. The other workers hear the project's new digest.
   */
  replace(names: readonly PartName[], project: string): Promise<ReplacedPart[]>;
  /** Ends every part and gives the state folder back. `patience`: ms that workers may take to finish. */
  stop(patience: number): Promise<void>;
}

/** Starts a stack in this process's care. When anything fails, what was started is ended before the error is thrown. */
export async function supervise(request: StackRequest, tell: Tell, log: (text: string) => void): Promise<Supervised> {
  const self = markOf(process.pid);
  if (self === null) throw new Error('this process cannot be found among the running ones');
  await takeLock(request.state, { holder: self, launcher: request.launcher, kept: false });
  let file: StackFile | null = null;
  const parts = new Parts(
    request.state,
    (processes) => {
      if (file !== null) saveFile((file = { ...file, processes }));
    },
    log,
  );
  const standbys = new Standbys(log);
  const workers = new Map<PartName, EnginePart>();
  const stop = async (patience: number): Promise<void> => {
    await Promise.all([standbys.end(), parts.stop(patience)]);
    removeStackFile(request.state);
    releaseLock(request.state, self);
  };
  try {
    const made = await startParts(request, { parts, standbys, workers }, tell);
    file = { ...made, supervisor: self, processes: parts.processes() };
    saveFile(file);
    for (const home of request.remember ? writeCurrent(request.state, request.project) : []) {
      tell({ part: 'stack', state: 'note', text: `not remembered: ${home} cannot be written` });
    }
  } catch (error) {
    await stop(0);
    throw error;
  }
  const ready = file;
  const home = recordedHome(request.state);
  return {
    file: ready,
    detach: () => {
      file = { ...ready, processes: parts.processes(), kept: true };
      saveFile(file);
      keepLock(request.state, self);
    },
    dropHome: () => {
      if (home !== null) rmSync(home, { recursive: true, force: true });
    },
    replace: (names, digest) => replaceWorkers({ parts, standbys, workers }, names, digest),
    holdsFolder: () => lockHolder(request.state)?.holder.pid === self.pid,
    stop,
  };
}

/** What runs, and what is ready to run in its place. */
interface Running {
  readonly parts: Parts;
  readonly standbys: Standbys;
  /** The workers that can be replaced, as they are started. */
  readonly workers: Map<PartName, EnginePart>;
}

async function replaceWorkers(
  { parts, standbys, workers }: Running,
  names: readonly PartName[],
  project: string,
): Promise<ReplacedPart[]> {
  const told = JSON.stringify({ project } satisfies ToWorker);
  for (const name of workers.keys()) if (!names.includes(name)) parts.tell(name, told);
  const replaced = [...workers.values()]
    .filter(({ name }) => names.includes(name))
    .map(async (part) => {
      const again: StartPart = (onStarted) => standbys.callUp(part, onStarted);
      try {
        await parts.replace(part.name, () => standbys.callUp(part), again);
        return { part: part.name, error: null };
      } catch (error) {
        return { part: part.name, error: error instanceof Error ? error.message : String(error) };
      }
    });
  const outcomes = await Promise.all(replaced);
  // Only now: their start would take the cores from those that are waited for.
  for (const part of workers.values()) standbys.prepare(part);
  return outcomes;
}

async function startParts(
  request: StackRequest,
  running: Running,
  tell: Tell,
): Promise<Omit<StackFile, 'supervisor' | 'processes'>> {
  const { state } = request;
  const { parts } = running;
  const left = await endLeftovers(state);
  if (left.length > 0)
    tell({ part: 'stack', state: 'note', text: `ended what an earlier stack left: ${left.join(', ')}` });
  removeStackFile(state);
  if (request.fresh) clearState(state);
  mkdirSync(join(state, 'logs'), { recursive: true, mode: 0o700 });
  const secrets = secretsOf(state);
  const [temporal, postgres] = await both(temporalOf(request, parts, tell), postgresOf(request, secrets, parts, tell));
  if (postgres !== '') {
    const applied = await migrate(postgres);
    tell({
      part: 'migrations',
      state: 'ready',
      text: applied.length === 0 ? 'the schema is the newest' : `applied ${applied.join(', ')}`,
    });
  }
  const build = buildId();
  const env = { ...process.env, ...told(request, secrets.token, build, temporal.address, postgres) };
  const { serving, metrics } = await engineParts(request, running, env, tell);
  const addresses: StackAddresses = {
    temporal: temporal.address,
    temporalUi: temporal.ui,
    postgresUrl: postgres,
    serving,
    metrics,
  };
  const startedAt = new Date().toISOString();
  const { project } = request;
  return {
    format: 1,
    state,
    project,
    build,
    startedAt,
    kept: false,
    addresses,
    token: secrets.token,
    temporalCli: temporal.cli,
  };
}

/**
 * What the engine's processes are told. An embedded stack keeps to loopback and to its own folder, whatever the environment
 * of its launcher says for other stacks.
 */
function told(
  { state, project, useServer }: StackRequest,
  token: string,
  build: string,
  temporal: string,
  postgres: string,
): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: postgres,
    TEMPORAL_ADDRESS: temporal,
    ...(useServer ? {} : { TEMPORAL_NAMESPACE: 'default' }),
    PERENNIAL_STATE: state,
    PERENNIAL_ARTIFACTS: join(state, 'artifacts'),
    PERENNIAL_PREDICTIONS: join(state, 'predictions'),
    PERENNIAL_PROJECT: project,
    // There is one build at a time: nobody would be left for runs of another.
    PERENNIAL_VERSIONING: 'off',
    PERENNIAL_BUILD: build,
    PERENNIAL_HOST: '127.0.0.1',
    PERENNIAL_TOKEN: token,
    // A free one, unless senders have to know it: `perennial sensors` tells which.
    PERENNIAL_EVENTS_PORT: process.env['PERENNIAL_EVENTS_PORT'] ?? '0',
  };
}

interface Temporal {
  readonly address: string;
  readonly ui: string | null;
  readonly cli: string | null;
}

async function temporalOf(request: StackRequest, parts: Parts, tell: Tell): Promise<Temporal> {
  const address = process.env['TEMPORAL_ADDRESS'];
  if (request.useServer && address) {
    await ensureSearchAttributes(address, process.env['TEMPORAL_NAMESPACE'] ?? 'default');
    tell({ part: 'temporal', state: 'ready', text: `the server at ${address}` });
    return { address, ui: null, cli: null };
  }
  if (!request.only.includes('temporal')) return { address: '', ui: null, cli: null };
  tell({ part: 'temporal', state: 'starting', text: 'looking for a Temporal binary' });
  const { state } = request;
  const binary = await findTemporalBinary({
    state,
    onProgress: (text) => {
      tell({ part: 'temporal', state: 'note', text });
    },
  });
  const ports = await withNewPorts(2, async ([grpc = 0, ui = 0]) => {
    await parts.keep('temporal', (onStarted) => startTemporal({ binary, state, ports: { grpc, ui }, onStarted }));
    return { grpc, ui };
  });
  const found = { address: `127.0.0.1:${ports.grpc}`, ui: `http://127.0.0.1:${ports.ui}`, cli: binary.path };
  tell({
    part: 'temporal',
    state: 'ready',
    text: `${found.address}, UI ${found.ui} (${binary.version}, by ${binary.way})`,
  });
  return found;
}

async function postgresOf(
  request: StackRequest,
  secrets: { postgresPassword: string; made: boolean },
  parts: Parts,
  tell: Tell,
): Promise<string> {
  const url = process.env['DATABASE_URL'];
  if (request.useServer && url) {
    tell({ part: 'postgres', state: 'ready', text: 'the server of DATABASE_URL' });
    return url;
  }
  if (!request.only.includes('postgres')) return '';
  tell({ part: 'postgres', state: 'starting', text: 'starting Postgres' });
  const { state } = request;
  const home = await openPostgresHome(state, request.fresh || secrets.made);
  const password = secrets.postgresPassword;
  const port = await withNewPorts(1, async ([free = 0]) => {
    await parts.keep('postgres', (onStarted) => startPostgres(home, { state, port: free, password, onStarted }));
    return free;
  });
  const as = home.as === null ? '' : `, as uid ${home.as.uid} in ${home.folder}`;
  tell({ part: 'postgres', state: 'ready', text: `127.0.0.1:${port}${as}` });
  return postgresUrl(port, password);
}

/** Starts workers and serving together. Returns where they answer. */
async function engineParts(
  request: StackRequest,
  { parts, standbys, workers }: Running,
  env: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<Pick<StackAddresses, 'serving' | 'metrics'>> {
  // A worker that replaces another one serves its figures at the same port, once that has ended.
  const [port = 0, ...forFigures] = await freePorts(1 + WORKERS.length);
  const programs: { name: PartName; program: string; args: string[]; port: number }[] = [
    ...WORKERS.map(({ name, pool }, i) => {
      const own = forFigures[i] ?? 0;
      return { name, program: 'workers/main.js', args: ['--pool', pool, '--metrics-port', String(own)], port: own };
    }),
    { name: 'serving', program: 'serving/main.js', args: ['--port', String(port)], port },
  ];
  const { state, project } = request;
  const wanted = programs.filter(({ name }) => request.only.includes(name));
  const outcomes = await Promise.allSettled(
    wanted.map(async (part) => {
      tell({ part: part.name, state: 'starting', text: `starting ${part.name}` });
      // Resources are for steps, and steps run in workers.
      const told = part.name === 'serving' ? withoutResources(env) : env;
      const made: EnginePart = { ...part, env: told, state, project };
      if (request.standby && part.name !== 'serving') {
        const worker = { ...made, args: [...made.args, '--standby'] };
        workers.set(part.name, worker);
        await parts.keep(part.name, (onStarted) => standbys.callUp(worker, onStarted));
      } else await parts.keep(part.name, (onStarted) => startEnginePart(made, onStarted));
      tell({ part: part.name, state: 'ready', text: part.name === 'serving' ? `http://127.0.0.1:${port}` : 'ready' });
    }),
  );
  throwFirst(outcomes);
  for (const worker of workers.values()) standbys.prepare(worker);
  const metrics = Object.fromEntries(wanted.map((part) => [part.name, `http://127.0.0.1:${part.port}/metrics`]));
  return { serving: request.only.includes('serving') ? `http://127.0.0.1:${port}` : null, metrics };
}

/** Waits for both even when one fails: nothing may still be starting when the clean-up begins. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  throwFirst(await Promise.allSettled([a, b]));
  return [await a, await b];
}

function throwFirst(outcomes: readonly PromiseSettledResult<unknown>[]): void {
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Between choosing a free port and binding it another process may take it: a second try with new ones. */
async function withNewPorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (attempt === 2) throw error;
    }
  }
}

function buildId(): string {
  try {
    return z.object({ digest: z.string() }).parse(JSON.parse(readFileSync(builtFile('build.json'), 'utf8'))).digest;
  } catch (error) {
    throw perennialError('PER_STACK_012', 'dist/build.json is missing or broken.', { cause: error });
  }
}

function saveFile(file: StackFile): void {
  writePrivate(join(file.state, 'stack.json'), file);
}
