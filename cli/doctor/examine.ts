import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { findDevices } from '../../workers/devices';
import { builtFile } from '../../workers/package-root';
import { answersAt, freePorts } from '../../workers/embedded/ports';
import { packagedPostgres } from '../../workers/embedded/postgres-binaries';
import type { StackFile } from '../../workers/embedded/stack-file';
import { findTemporalBinary } from '../../workers/embedded/temporal-binary';
import type { Project } from '../../workers/load-project';
import type { Resolved, Settings } from '../settings';
import { checkBuilds } from './builds';
import { checkDeadlines } from './deadlines';
import { check } from './finding';
import type { Finding } from './finding';
import { checkMetrics } from './metrics';
import { checkResources } from './resources';
import { checkSchedules } from './schedules';
import { checkSensors } from './sensors';
import { checkPostgres, checkTemporal } from './servers';
import { checkStepCode } from './step-code';
import { checkUpkeep } from './upkeep';
import { checkWorkers } from './workers';

/** A retrain on the default pipeline's data needs well below this; Postgres and logs need the rest. */
const ENOUGH_DISK = 2 * 1024 ** 3;

/** Every check, in the order in which a reader would want to mend things. */
export async function examine({ settings, stack }: Pick<Resolved, 'settings' | 'stack'>): Promise<Finding[]> {
  const project = loadOnce(settings);
  return Promise.all([
    checkNode(),
    checkBuild(),
    ...checkTemporal(settings),
    checkBinary(settings),
    ...checkPostgres(settings),
    checkEmbeddedPostgres(),
    checkPorts(stack),
    checkMetrics(stack),
    checkDisk(settings),
    checkResources(settings, project),
    checkStepCode(settings, project),
    checkWorkers(settings, project),
    checkBuilds(settings),
    checkSchedules(settings, project),
    checkDeadlines(settings),
    checkSensors(settings),
    checkUpkeep(settings),
    checkOnnx(),
    checkDevices(),
    checkChromium(),
  ]);
}

/** The project for every check that asks for it: the bundler is one for the whole process, and ends when it has been used. */
function loadOnce({ project, state }: Settings): () => Promise<Project> {
  let loading: Promise<Project> | null = null;
  return () => {
    loading ??= import('../../workers/load-project.js').then(({ loadProject }) => loadProject(project, state));
    return loading;
  };
}

function checkNode(): Promise<Finding> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const old = major < 20 || (major === 20 && minor < 19);
  return Promise.resolve({
    check: 'Node',
    status: old ? 'fail' : 'ok',
    found: process.versions.node,
    fix: 'Install Node 20.19 or newer.',
  });
}

function checkBuild(): Promise<Finding> {
  const missing = ['workers/main.js', 'serving/main.js', 'workflow-bundle.js', 'build.json'].filter(
    (f) => !existsSync(builtFile(f)),
  );
  return Promise.resolve({
    check: 'build',
    status: missing.length === 0 ? 'ok' : 'fail',
    found: missing.length === 0 ? 'complete' : `dist/ lacks ${missing.join(', ')}`,
    fix: 'Run `npm run build`.',
  });
}

/** Needed only to start a stack: where a server is reached already, a missing binary is no more than a warning. */
function checkBinary(settings: Settings): Promise<Finding> {
  return check('Temporal binary', '', async () => {
    const local = await findTemporalBinary({ state: settings.state, download: false }).catch(() => null);
    if (local !== null) return { status: 'ok', found: `${local.version} (${local.way}: ${local.path})`, fix: '' };
    return {
      status: 'warn',
      found: 'none on this machine',
      fix: '`perennial up` downloads one. Without a network: install the Temporal CLI or set TEMPORAL_CLI_PATH.',
    };
  });
}

function checkEmbeddedPostgres(): Promise<Finding> {
  const fix = 'Run `npm ci` on this machine; without one, name a server of your own by DATABASE_URL.';
  return check('embedded Postgres', fix, () =>
    Promise.resolve({ status: 'ok', found: packagedPostgres().version, fix }),
  );
}

/** The ports of the stack that runs answer; without one, that a stack would find ports to listen on. */
function checkPorts(stack: StackFile | null): Promise<Finding> {
  if (stack !== null) return checkStackPorts(stack);
  return check('ports', 'Something forbids listening on 127.0.0.1: check the sandbox or the firewall.', async () => {
    const ports = await freePorts(4);
    return { status: 'ok', found: `free ones on 127.0.0.1 (${ports.join(', ')})`, fix: '' };
  });
}

function checkStackPorts(stack: StackFile): Promise<Finding> {
  const { temporal, temporalUi, postgresUrl, serving } = stack.addresses;
  const urls = [
    ['Temporal', `http://${temporal}`],
    ['Temporal UI', temporalUi],
    ['Postgres', postgresUrl],
    ['predictions', serving],
  ] as const;
  const fix = `Read the logs in ${stack.state}; a part that ended is started again. Else: \`perennial down\`, \`perennial up\`.`;
  return check('ports', fix, async () => {
    const looks = urls.flatMap(([part, url]) => (url === null ? [] : [look(part, new URL(url))]));
    const silent = (await Promise.all(looks)).filter(({ answers }) => !answers);
    if (silent.length > 0) {
      return { status: 'fail', found: `silent: ${silent.map(({ name }) => name).join(', ')}`, fix };
    }
    return { status: 'ok', found: `the stack's ${looks.length} ports answer`, fix: '' };
  });
}

async function look(part: string, { hostname, port }: URL): Promise<{ name: string; answers: boolean }> {
  return { name: `${part} (${hostname}:${port})`, answers: await answersAt(hostname, Number(port)) };
}

function checkDisk(settings: Settings): Promise<Finding> {
  const fix = 'Free some space, or put the state folder elsewhere with --state.';
  return check('disk', fix, async () => {
    let folder = settings.state;
    while (!existsSync(folder)) folder = dirname(folder);
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const found = `${(free / 1024 ** 3).toFixed(1)} GiB free at ${folder}`;
    return { status: free < ENOUGH_DISK ? 'warn' : 'ok', found, fix };
  });
}

function checkOnnx(): Promise<Finding> {
  const fix = 'Run `npm ci` on this machine; docs/OPERATIONS.md says how a GPU host turns the CUDA provider on.';
  return check('ONNX Runtime', fix, async () => {
    const { listSupportedBackends } = await import('onnxruntime-node');
    const names = listSupportedBackends().flatMap(({ name, bundled }) => (bundled ? [name] : []));
    const provider = names.includes('cuda')
      ? 'with the CUDA provider'
      : 'on the CPU (no CUDA provider: the pool gpu scores on the CPU)';
    return { status: names.includes('cpu') ? 'ok' : 'fail', found: `${names.join(', ')}; ${provider}`, fix };
  });
}

/** What a worker of the pool `gpu` that is started from here would compute on. */
function checkDevices(): Promise<Finding> {
  return check('devices', 'Correct PERENNIAL_DEVICES.', () => {
    const { names, source } = findDevices('gpu', undefined);
    const found = names.length > 0 ? `${names.join(', ')} (${source})` : 'none: the pool gpu works on the CPU';
    return Promise.resolve({ status: 'ok', found, fix: '' });
  });
}

function checkChromium(): Promise<Finding> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => folders.map((f) => join(f, name)))
    .find((p) => existsSync(p));
  return Promise.resolve({
    check: 'Chromium',
    status: found === undefined ? 'skipped' : 'ok',
    found: found ?? 'not installed (only the browser tests need it)',
    fix: 'Debian: apt-get install chromium.',
  });
}
