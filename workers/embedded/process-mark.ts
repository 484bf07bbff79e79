import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * A process that can be told from a later one with the same pid: a pid alone is reused, and ending a stranger by a
 * recorded number is the one mistake that a clean-up must not make.
 */
export const ProcessMark = z.object({ pid: z.int().positive(), start: z.string() });
export type ProcessMark = z.infer<typeof ProcessMark>;

/** Marks a running process; null when it is gone. */
export function markOf(pid: number): ProcessMark | null {
  const start = startOf(pid);
  return start === null ? null : { pid, start };
}

/** True while the very process that was marked runs (a zombie does not). */
export function isAlive(mark: ProcessMark): boolean {
  return startOf(mark.pid) === mark.start;
}

/** Sends a signal to the very process that was marked; to nobody when its pid now belongs to another. */
export function signalMarked(mark: ProcessMark, signal: NodeJS.Signals): void {
  if (!isAlive(mark)) return;
  try {
    process.kill(mark.pid, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Ends a marked process: the gentle signal, and SIGKILL when it still runs after `patience` ms. Returns once it is gone. */
export async function endMarked(mark: ProcessMark, gentle: NodeJS.Signals, patience: number): Promise<void> {
  signalMarked(mark, gentle);
  if (await isGoneWithin(mark, patience)) return;
  signalMarked(mark, 'SIGKILL');
  await isGoneWithin(mark, 5_000);
}

/** Waits until a marked process is gone, at most `patience` ms; says whether it is. */
export async function isGoneWithin(mark: ProcessMark, patience: number): Promise<boolean> {
  const end = Date.now() + patience;
  while (isAlive(mark)) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}

function startOf(pid: number): string | null {
  return process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
}

let boot: string | undefined;

/** Field 22 of /proc/PID/stat (clock ticks since boot) with the boot's id: ticks alone repeat after a reboot. */
function startOnLinux(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The second field, the name, may hold spaces and brackets: count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields[0], fields[19]];
  if (ticks === undefined || state === 'Z' || state === 'X') return null;
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot}/${ticks}`;
}

function startByPs(pid: number): string | null {
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return text === '' || text.startsWith('Z') ? null : text.replace(/^\S+\s+/, '');
  } catch {
    return null;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ESRCH';
}
