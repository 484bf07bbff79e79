import { readFile, readlink, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const FILE = 'owner.json';
/** A folder of another machine or container counts as left behind after this long without a sign of life. */
const STALE_MS = 120_000;

const Owner = z.object({ host: z.string(), pid: z.int(), started: z.string() });
type Owner = z.infer<typeof Owner>;

/** Writes into a process's log folder whose it is. */
export async function claimFolder(folder: string): Promise<void> {
  const owner: Owner = { host: await hostOfProcess(), pid: process.pid, started: await startOf(process.pid) };
  await writeFile(join(folder, FILE), JSON.stringify(owner));
}

/** A sign of life for those who cannot see this process; call it every few seconds. */
export async function touchFolder(folder: string): Promise<void> {
  const now = new Date();
  await utimes(join(folder, FILE), now, now).catch(() => undefined);
}

/** True when the process that wrote to this folder is gone. */
export async function isLeftBehind(folder: string): Promise<boolean> {
  const path = join(folder, FILE);
  const owner = Owner.safeParse(await readJson(path)).data;
  if (owner && owner.host === (await hostOfProcess())) return (await startOf(owner.pid)) !== owner.started;
  const seen = await stat(path).catch(() => stat(folder).catch(() => null));
  return seen !== null && Date.now() - seen.mtimeMs > STALE_MS;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

/** Processes are only comparable on one machine, in one boot and one namespace of process ids. */
async function hostOfProcess(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname(), boot.trim(), namespace].join(' ');
}

/** When a process started, in the system's own count, which tells a reused process id from the first; '' when there is none. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text !== null) {
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  }
  try {
    process.kill(pid, 0);
    return process.platform === 'linux' ? '' : 'runs';
  } catch {
    return '';
  }
}
