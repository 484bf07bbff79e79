// What `npm run demo` and `npm test` do first on a fresh clone: check Node, install, build. Built-ins only, since nothing is
// installed yet. Says one line for each thing it does; the output of npm and tsc shows only when they fail.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { digestOf, readBuild, root, sources } from './inputs.mjs';

const OLDEST_NODE = [20, 19];

/** Brings the checkout to where its compiled programs can run. Ends the process with a message when it cannot. */
export async function setUp() {
  requireNode();
  await oneAtATime(async () => {
    await install();
    await build();
  });
}

/**
 * Ends this process when the `npm` that runs it is gone. npm passes Ctrl-C on, but a killed npm leaves its script running,
 * which would hold the state folder against the next start.
 */
export function endWithNpm() {
  if (process.env.npm_execpath === undefined || process.platform === 'win32') return;
  const npm = ancestors(4).find(({ command }) => /\bnpm\b/.test(command));
  if (npm === undefined) return;
  setInterval(() => {
    if (!isRunning(npm)) process.exit(1);
  }, 250).unref();
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldMajor, oldMinor] = OLDEST_NODE;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return;
  fail(
    `Perennial needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}. Install a newer one from https://nodejs.org.`,
  );
}

/** npm writes node_modules/.package-lock.json last: older than the lock file means that something is to be installed. */
async function install() {
  const lock = join(root, 'package-lock.json');
  const stamp = join(root, 'node_modules', '.perennial-installed');
  const installed = join(root, 'node_modules', '.package-lock.json');
  const digest = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(installed)) {
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
    if (statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  }
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  await step('installing packages (npm ci)', command, [...args, 'ci', '--no-audit', '--no-fund']);
  writeFileSync(stamp, digest);
}

async function build() {
  if (isBuilt()) return;
  await step('compiling', process.execPath, [
    join(root, 'node_modules', 'typescript-native', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
  ]);
  await step('bundling the workflows', process.execPath, [join(root, 'cli', 'launch', 'finish-build.mjs')]);
}

function isBuilt() {
  const built = readBuild();
  if (built === null || !existsSync(join(root, 'dist', 'workflow-bundle.js'))) return false;
  return existsSync(join(root, 'dist', 'cli', 'main.js')) && built.inputs === digestOf(sources());
}

/** Runs a command; its output is shown only when it fails. */
async function step(what, command, args) {
  const began = Date.now();
  say(`${what} ...`);
  const chunks = [];
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const end = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? null : (signal ?? `exit code ${code}`)));
  });
  if (end !== null) fail(`${Buffer.concat(chunks).toString()}\n${what} failed (${end}).`);
  say(`${what}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** Two set-ups at once in one checkout would write over each other. What a killed one left does not count. */
async function oneAtATime(work) {
  const folder = join(root, '.perennial', 'setup.lock');
  mkdirSync(join(root, '.perennial'), { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      mkdirSync(folder);
      writeFileSync(join(folder, 'pid'), String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`${folder} cannot be made: ${error.message}.`);
    }
    const holder = readPid(join(folder, 'pid'));
    // A lock without a pid is either a moment old or left by a kill between the two lines above.
    const left = holder === null ? Date.now() - ageOf(folder) > 5_000 : !isProcess(holder);
    if (left) rmSync(folder, { recursive: true, force: true });
    else {
      if (!waited) say('waiting for another set-up of this checkout ...');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  try {
    await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ageOf(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return Date.now();
  }
}

function readPid(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isProcess(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** This process's parent, its parent, and so on, with the command line of each. */
function ancestors(depth) {
  const found = [];
  let pid = process.ppid;
  for (let i = 0; i < depth && pid > 1; i++) {
    const described = describe(pid);
    if (described === null) break;
    found.push({ pid, start: described.start, command: described.command });
    pid = described.parent;
  }
  return found;
}

function isRunning({ pid, start }) {
  if (process.platform !== 'linux') return isProcess(pid);
  return describe(pid)?.start === start;
}

function describe(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') return null;
      return {
        parent: Number(fields[1]),
        start: fields[19],
        command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '),
      };
    }
    const text = execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [, parent, command] = /^(\d+)\s+(.*)$/s.exec(text) ?? [];
    return { parent: Number(parent), start: '', command: command ?? '' };
  } catch {
    return null;
  }
}

function fail(message) {
  say(message);
  process.exit(1);
}
