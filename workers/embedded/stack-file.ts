import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { ProcessMark } from './process-mark';

/** The processes that make up a stack. */
export const PartName = z.enum(['temporal', 'postgres', 'worker-cpu', 'worker-gpu', 'serving']);
export type PartName = z.infer<typeof PartName>;

/** Where a running stack answers. Null: that part was left out (`--only`). */
export const StackAddresses = z.object({
  /** host:port of Temporal's gRPC front end. */
  temporal: z.string(),
  /** URL of Temporal's web UI; null for a server that is not ours. */
  temporalUi: z.string().nullable(),
  /** Connection URL of Postgres, with its password. */
  postgresUrl: z.string(),
  /** URL of the prediction API. */
  serving: z.string().nullable(),
});
export type StackAddresses = z.infer<typeof StackAddresses>;

/** What `<state>/stack.json` says about a running stack. Mode 0600: it holds the database's password and the token. */
export const StackFile = z.object({
  format: z.literal(1),
  state: z.string(),
  project: z.string(),
  build: z.string(),
  startedAt: z.string(),
  /** True once the stack outlives its launcher. */
  kept: z.boolean(),
  supervisor: ProcessMark,
  addresses: StackAddresses,
  /** Bearer token of the prediction API. */
  token: z.string(),
  temporalCli: z.string().nullable(),
  processes: z.partialRecord(PartName, ProcessMark),
});
export type StackFile = z.infer<typeof StackFile>;

/** Reads the file of a stack; null when there is none or it cannot be understood. */
export function readStackFile(state: string): StackFile | null {
  const parsed = StackFile.safeParse(readJson(join(state, 'stack.json')));
  return parsed.success ? parsed.data : null;
}

/** Writes a file that only its owner reads, whole or not at all. */
export function writePrivate(path: string, value: unknown): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}

/** JSON of a file; undefined when it is missing or broken. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The state folder of the last stack that was started or kept under `home` (a project's .perennial); null when none. */
export function readCurrent(home: string): string | null {
  try {
    const text = readFileSync(join(home, 'current'), 'utf8').trim();
    return text === '' ? null : isAbsolute(text) ? text : resolve(home, text);
  } catch {
    return null;
  }
}

/** Remembers `state` as the last one, when it lies in a `.perennial` folder. */
export function writeCurrent(state: string): void {
  const home = dirname(resolve(state));
  if (!home.endsWith('.perennial')) return;
  mkdirSync(home, { recursive: true });
  const temporary = join(home, `current.${process.pid}`);
  writeFileSync(temporary, `${resolve(state).slice(home.length + 1)}\n`);
  renameSync(temporary, join(home, 'current'));
}

/** Forgets a stack that is down. */
export function removeStackFile(state: string): void {
  rmSync(join(state, 'stack.json'), { force: true });
}
