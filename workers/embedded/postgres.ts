import { execFile } from 'node:child_process';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { perennialError } from '../../core/errors';
import { endingOf, startChild } from './child';
import type { Child } from './child';
import { preparePostgresHome } from './postgres-home';
import type { PostgresHome } from './postgres-home';
import { endMarked, markOf } from './process-mark';

const run = promisify(execFile);

/** Role and database of the embedded server. */
const USER = 'perennial';
const DATABASE = 'perennial';

export interface PostgresOptions {
  readonly state: string;
  readonly port: number;
  /** Password of the role: generated once for a state folder, kept in its secrets, never in an argument list. */
  readonly password: string;
  /** True: whatever data is there is dropped first. */
  readonly fresh: boolean;
  readonly onStarted: (child: Child) => void;
}

/** Drops what an earlier stack left: a server that still runs on the data folder, and with `fresh` the data. */
export async function openPostgresHome(state: string, fresh: boolean): Promise<PostgresHome> {
  const home = preparePostgresHome(state);
  await endLeftover(home.data);
  if (fresh) rmSync(home.data, { recursive: true, force: true });
  return home;
}

/**
 * Starts Postgres on loopback in a prepared home, makes the cluster where there is none yet, and waits until its
 * database answers. Passwords are scram, pages carry checksums, there is no socket file.
 *
 * @returns the process; the URL is {@link postgresUrl}
 * @throws PER_STACK_005 when it ends or does not answer within a minute.
 */
export async function startPostgres(home: PostgresHome, options: Omit<PostgresOptions, 'fresh'>): Promise<Child> {
  const log = join(options.state, 'logs', 'postgres.log');
  if (!existsSync(join(home.data, 'PG_VERSION'))) await makeCluster(home, options.password, log);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    wal_level: 'minimal',
    max_wal_senders: '0',
    // The helper processes of asynchronous reads cost more than they bring on a small database.
    io_method: 'sync',
    jit: 'off',
  };
  const child = await startChild({
    command: join(home.binaries, 'bin', 'postgres'),
    args: [
      '-D',
      home.data,
      '-p',
      String(options.port),
      ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
    ],
    env: serverEnvironment(home),
    cwd: home.folder,
    log,
    as: home.as ?? undefined,
  });
  options.onStarted(child);
  await waitForDatabase(child, options, log);
  return child;
}

/** The connection URL of the embedded database. */
export function postgresUrl(port: number, password: string): string {
  return `postgresql://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE}`;
}

async function makeCluster(home: PostgresHome, password: string, log: string): Promise<void> {
  rmSync(home.data, { recursive: true, force: true });
  const passwordFile = join(home.folder, '.password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (home.as !== null) chownSync(passwordFile, home.as.uid, home.as.gid);
  try {
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = [`--username=${USER}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const made = await run(
      join(home.binaries, 'bin', 'initdb'),
      ['--pgdata', home.data, ...access, ...locale, '--data-checksums', '--no-instructions'],
      { cwd: home.folder, env: serverEnvironment(home), ...(home.as ?? {}), timeout: 120_000 },
    );
    writeFileSync(log, made.stdout, { flag: 'a', mode: 0o600 });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw perennialError('PER_STACK_005', `initdb failed: ${said}.`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function waitForDatabase(child: Child, options: { port: number; password: string }, log: string): Promise<void> {
  const ending = endingOf(child);
  const end = Date.now() + 60_000;
  for (;;) {
    const why = await ensureDatabase(options);
    if (why === null) return;
    if (ending.how !== null) throw perennialError('PER_STACK_005', `Postgres ended with ${ending.how}; log: ${log}.`);
    if (Date.now() > end)
      throw perennialError('PER_STACK_005', `Postgres did not answer within 60 s (${why}); log: ${log}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Makes the database when it is missing. Null when it is there, else why the server did not answer. */
async function ensureDatabase({ port, password }: { port: number; password: string }): Promise<string | null> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: USER,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query('CREATE DATABASE perennial');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Ends a server that still runs on the data folder although nobody remembers it. Its pid file names it; that the process
 * of that pid really serves this folder is read from its own arguments.
 */
async function endLeftover(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const mark = Number.isInteger(pid) && pid > 1 ? markOf(pid) : null;
  if (mark === null || !(await argumentsOf(pid)).includes(data)) return;
  await endMarked(mark, 'SIGINT', 10_000);
}

async function argumentsOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  return (await run('ps', ['-o', 'args=', '-p', String(pid)])).stdout;
}

/** The server gets no secrets of the launcher's environment. */
function serverEnvironment(home: PostgresHome): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: home.folder, TZ: 'UTC', LC_ALL: 'C' };
}
