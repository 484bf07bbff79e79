import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { ProcessMark } from './process-mark';

/** The processes that make up a stack. */
export const PartName = z.enum(['temporal', 'postgres', 'worker-cpu', 'worker-gpu', 'serving']);
export type PartName = z.infer<typeof PartName>;

/** The parts that are workers, and the pool of each. */
export const WORKERS = [
  { name: 'worker-cpu', pool: 'cpu' },
  { name: 'worker-gpu', pool: 'gpu' },
] as const satisfies readonly { readonly name: PartName; readonly pool: string }[];

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
  /** URLs of the figures, in Prometheus's text form, by part. They ask for the bearer token. */
  metrics: z.partialRecord(PartName, z.string()).default({}),
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

/** The state folder of the last stack that was started under `home` (a project's .perennial); null when none. It may be gone. */
export function readCurrent(home: string): string | null {
  try {
    const text = readFileSync(join(home, 'current'), 'utf8').replace(/\r?\n$/, '');
    return text.trim() === '' ? null : resolve(home, text);
  } catch {
    return null;
  }
}

/**
 * Remembers `state`, wherever it lies, as the last one of `project`; and, when it lies in the `.perennial` of another
 * project, of that one too.
 *
 * @returns the `.perennial` folders that could not be written: verbs called there will not find this stack by themselves
 */
export function writeCurrent(state: string, project: string): string[] {
  const folder = resolve(state);
  const around = dirname(folder);
  const homes = new Set([join(resolve(project), '.perennial')]);
  if (basename(around) === '.perennial') homes.add(around);
  return [...homes].filter((home) => !tryPoint(home, folder));
}

/** A state folder inside of `home` is named from there, so that a project may be moved with it. */
function tryPoint(home: string, state: string): boolean {
  const way = relative(home, state);
  const inside = way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const temporary = join(home, `current.${process.pid}`);
    writeFileSync(temporary, `${inside ? way || '.' : state}\n`);
    renameSync(temporary, join(home, 'current'));
    return true;
  } catch {
    return false;
  }
}

/** Forgets a stack that is down. */
export function removeStackFile(state: string): void {
  rmSync(join(state, 'stack.json'), { force: true });
}
