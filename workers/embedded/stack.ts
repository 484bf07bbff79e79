import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ERRORS, PerennialError, perennialError } from '../../core/errors';
import { builtFile } from '../package-root';
import { lockHolder } from './lock';
import { FromSupervisor } from './messages';
import type { ReplacedPart, StackProgress, ToSupervisor } from './messages';
import { endLeftovers } from './parts';
import { endMarked, markOf } from './process-mark';
import { PartName, readStackFile, removeStackFile } from './stack-file';
import type { StackAddresses, StackFile } from './stack-file';

export type { ReplacedPart, StackProgress } from './messages';
export { purgeState } from './state-folder';
export type { Purged } from './state-folder';
export type { PartName, StackAddresses, StackFile } from './stack-file';

export interface StartStackOptions {
  /** The state folder: everything that this stack keeps lies in it. */
  readonly state: string;
  /** The folder of perennial.config.ts, which workers load. */
  readonly project: string;
  /** Start from an empty state folder. Default: go on from what is there. */
  readonly fresh?: boolean | undefined;
  /** Use the servers that TEMPORAL_ADDRESS and DATABASE_URL name. Default: they are ignored. */
  readonly useServer?: boolean | undefined;
  /** Make it the one that the project's commands find by themselves. Default: true. */
  readonly remember?: boolean | undefined;
  /** The parts to start. Default: all. */
  readonly only?: readonly PartName[] | undefined;
  /** Have workers on standby, so that {@link Stack.replace} takes a moment only. Default: none. */
  readonly standby?: boolean | undefined;
  readonly onProgress?: ((progress: StackProgress) => void) | undefined;
}

/** A stack that this process started. It ends with this process, however that ends, unless it is detached. */
export interface Stack {
  readonly state: string;
  readonly addresses: StackAddresses;
  /** Bearer token of the prediction API. */
  readonly token: string;
  /** The Temporal CLI it runs with; null with a server that is not ours. */
  readonly temporalCli: string | null;
  /** Process ids by part, as of now: a part that was restarted has a new one. */
  readonly pids: Readonly<Partial<Record<PartName, number>>>;
  /**
   * The project has been edited: puts new workers in place of these and tells the others its new digest. Returns once the
   * new ones are ready; one that does not become so leaves the old one at work. One call at a time.
   *
   * @param project digest of the project as it is now
   */
  replace(parts: readonly PartName[], project: string): Promise<readonly ReplacedPart[]>;
  /** Ends every part. Workers get ten seconds to finish what they do. */
  stop(): Promise<void>;
  /** Lets the stack outlive this process; {@link stopStack} ends it then. */
  detach(): Promise<void>;
}

/**
 * Starts the embedded stack: Temporal, Postgres, migrations, the workers of the pools `cpu` and `gpu`, serving. A process
 * of its own, the supervisor, keeps the parts running.
 *
 * @throws PER_STACK_003 when the state folder is in use; PER_STACK_002, 004, 005, 006, 012 when a part does not start.
 */
export async function startStack(options: StartStackOptions): Promise<Stack> {
  const state = resolve(options.state);
  const launcher = markOf(process.pid);
  if (launcher === null) throw new Error('this process cannot be found among the running ones');
  const supervisor = spawnSupervisor(state);
  const messages = listen(supervisor, options.onProgress);
  await messages.next('listening');
  const { fresh = false, useServer = false, remember = true, standby = false } = options;
  const only = [...(options.only ?? PartName.options)];
  send(supervisor, {
    type: 'start',
    request: { state, project: resolve(options.project), fresh, useServer, remember, only, standby, launcher },
  });
  const outcome = await messages.next('ready', 'failed');
  if (outcome.type === 'failed') {
    supervisor.disconnect();
    throw errorOf(outcome.code, outcome.detail);
  }
  if (outcome.type !== 'ready') throw new Error('the supervisor answered out of turn');
  return handleOf(outcome.file, supervisor, messages);
}

/**
 * Ends the stack of a state folder, kept or not, and whatever a killed one left there.
 *
 * @returns true when something was running
 */
export async function stopStack(state: string): Promise<boolean> {
  const folder = resolve(state);
  const lock = lockHolder(folder);
  if (lock !== null) await endMarked(lock.holder, 'SIGTERM', 40_000);
  const left = existsSync(folder) ? await endLeftovers(folder) : [];
  removeStackFile(folder);
  return lock !== null || left.length > 0;
}

function spawnSupervisor(state: string): ChildProcess {
  const program = builtFile('workers/embedded/supervisor-main.js');
  if (!existsSync(program)) throw perennialError('PER_STACK_012', `${program} is missing.`);
  try {
    mkdirSync(join(state, 'logs'), { recursive: true, mode: 0o700 });
    const log = openSync(join(state, 'logs', 'supervisor.log'), 'a', 0o600);
    const supervisor = spawn(process.execPath, [program], {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    return supervisor;
  } catch (error) {
    throw perennialError('PER_STACK_014', `The state folder ${state} cannot be made or written by this user.`, {
      cause: error,
    });
  }
}

interface Messages {
  /** The next message of one of the types. Throws when the supervisor ends first. */
  next(...types: FromSupervisor['type'][]): Promise<FromSupervisor>;
}

function listen(supervisor: ChildProcess, onProgress: StartStackOptions['onProgress']): Messages {
  const waiting: { types: readonly string[]; resolve: (m: FromSupervisor) => void; reject: (e: Error) => void }[] = [];
  supervisor.on('message', (raw) => {
    const message = FromSupervisor.parse(raw);
    if (message.type === 'progress') {
      onProgress?.(message.progress);
      return;
    }
    const at = waiting.findIndex((w) => w.types.includes(message.type));
    if (at >= 0) waiting.splice(at, 1)[0]?.resolve(message);
  });
  const end: { error: Error | null } = { error: null };
  const onEnd = (how: string): void => {
    const error = (end.error ??= perennialError(
      'PER_STACK_006',
      `The stack's supervisor ended (${how}); log: logs/supervisor.log of the state folder.`,
    ));
    for (const w of waiting.splice(0)) w.reject(error);
  };
  supervisor.on('error', (error) => {
    onEnd(error.message);
  });
  supervisor.on('exit', (code, signal) => {
    onEnd(signal ?? `exit code ${code ?? '?'}`);
  });
  return {
    next: (...types) =>
      new Promise((resolve, reject) => {
        if (end.error !== null) reject(end.error);
        else waiting.push({ types, resolve, reject });
      }),
  };
}

function handleOf(file: StackFile, supervisor: ChildProcess, messages: Messages): Stack {
  return {
    state: file.state,
    addresses: file.addresses,
    token: file.token,
    temporalCli: file.temporalCli,
    get pids() {
      const processes = (readStackFile(file.state) ?? file).processes;
      return Object.fromEntries(Object.entries(processes).map(([name, mark]) => [name, mark.pid]));
    },
    async replace(parts, project) {
      const replaced = messages.next('replaced');
      send(supervisor, { type: 'replace', parts: [...parts], project });
      const answer = await replaced;
      return answer.type === 'replaced' ? answer.parts : [];
    },
    async stop() {
      if (!supervisor.connected) return;
      const stopped = messages.next('stopped');
      send(supervisor, { type: 'stop' });
      await stopped;
    },
    async detach() {
      const detached = messages.next('detached');
      send(supervisor, { type: 'detach' });
      await detached;
      supervisor.disconnect();
      supervisor.unref();
    },
  };
}

function send(supervisor: ChildProcess, message: ToSupervisor): void {
  supervisor.send(message);
}

/** The supervisor's error again, with its code: its message carries code and fix already. */
function errorOf(code: string | null, message: string): Error {
  const known = Object.entries(ERRORS).find(([name]) => name === code);
  if (known === undefined) return new Error(message);
  const [name, row] = known;
  const detail = message.replace(`[${name}] `, '').replace(` ${row.fix}`, '');
  return new PerennialError(name, row, detail);
}
