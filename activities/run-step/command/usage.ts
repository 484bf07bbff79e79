import { readFileSync } from 'node:fs';
import type { Usage } from '../cost';

/** Between two looks at how much memory a program has used at most, ms. The kernel keeps the peak; only its end is missed. */
const LOOK = 250;
/** The kernel tells times of processes in hundredths of a second, whatever its own clock is. */
const TICK_MS = 10;

/** The largest program of this process so far, bytes. */
let peak = 0;

/** Looks at a program's peak memory until the returned function is called. Only where /proc tells it. */
export function watchPeak(pid: number | undefined): () => void {
  if (pid === undefined || process.platform !== 'linux') return () => undefined;
  const look = (): void => {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
    peak = Math.max(peak, Number(kib ?? 0) * 1_024);
  };
  look();
  const timer = setInterval(look, LOOK);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** What this process has used, and the programs that it has run to their end; null where the system does not tell of those. */
export function usageWithPrograms(): Usage | null {
  if (process.platform !== 'linux') return null;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const stat = read('/proc/self/stat');
  // The second field, the name, may hold spaces and brackets: count from its end. cutime and cstime are fields 16 and 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ended = Number(fields[13]) + Number(fields[14]);
  return {
    cpuMs: (userCPUTime + systemCPUTime) / 1_000 + ended * TICK_MS,
    peakRss: Math.max(maxRSS * 1_024, peak),
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}
