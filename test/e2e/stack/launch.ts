import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import { markOf } from '../../../workers/embedded/process-mark';
import { packageRoot } from '../../../workers/package-root';

/** What `perennial up --json` says. */
export const Up = z.object({
  state: z.string(),
  addresses: z.object({ temporal: z.string(), temporalUi: z.string(), postgresUrl: z.string() }),
  pids: z.object({ temporal: z.number(), postgres: z.number() }),
});
export type Up = z.infer<typeof Up>;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs; `ended` resolves with what it said. */
export interface Launched {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The first line of stdout, or everything it said when it ends without one. */
  readonly line: Promise<string>;
}

/** The project of these stacks: this checkout's own must not be told to remember them. */
const project = mkdtempSync(join(tmpdir(), 'perennial-project-'));
afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

/** The servers alone: enough to see what happens to processes, and quick. */
const PARTS = ['--only', 'temporal,postgres', '--json'];

/** Runs the built command. Its Temporal binary is that of the suite's stack. */
export function perennial(
  args: readonly string[],
  options: { prefix?: readonly string[]; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Launched {
  const [command = '', ...before] = [...(options.prefix ?? []), process.execPath].flat();
  const child = spawn(command, [...before, join(packageRoot(), 'dist', 'cli', 'main.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd,
    env: {
      ...process.env,
      PERENNIAL_PROJECT: project,
      TEMPORAL_CLI_PATH: process.env['PERENNIAL_TEMPORAL_CLI'],
      ...options.env,
    },
  });
  let out = '';
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  const line = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')));
    });
    void ended.then((all) => resolve(all.out + all.err));
  });
  return { child, ended, line };
}

/** Starts a stack that is kept, and says where it is. */
export async function up(state: string, ...more: string[]): Promise<Up> {
  return Up.parse(JSON.parse(await perennial(['up', '--state', state, ...PARTS, ...more]).line));
}

/** Starts a stack in the foreground: it belongs to the command that is returned. */
export async function hold(state: string, ...more: string[]): Promise<{ launched: Launched; stack: Up }> {
  const launched = perennial(['up', '--foreground', '--state', state, ...PARTS, ...more]);
  return { launched, stack: Up.parse(JSON.parse(await launched.line)) };
}

/** Ends whatever runs in a state folder and removes it. */
export async function tidy(state: string): Promise<void> {
  await perennial(['down', '--purge', '--state', state]).ended;
}

/** Asks a stack's database one question. */
export async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows.length === 0 ? null : Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

/** True while a process of that number runs. One that has ended and that nobody has asked after yet does not. */
export function runs(pid: number): boolean {
  return markOf(pid) !== null;
}

/** Waits until something holds, at most half a minute. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
