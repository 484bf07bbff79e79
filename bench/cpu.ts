import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc a second; 100 on every Linux that Node runs on. */
const TICKS = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/**
 * CPU seconds that the processes and all their descendants have used so far, ended children counted in by their parents.
 * Linux only: it reads /proc.
 */
export function cpuSeconds(pids: readonly number[]): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)));
  const wanted = new Set(pids);
  // A child's pid may be smaller than its parent's, so the set grows until nothing is added.
  for (let size = -1; size !== wanted.size;) {
    size = wanted.size;
    for (const stat of all) if (wanted.has(stat.parent)) wanted.add(stat.pid);
  }
  return all.filter((stat) => wanted.has(stat.pid)).reduce((sum, stat) => sum + stat.ticks, 0) / TICKS;
}

function statOf(pid: number): Stat[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold spaces and brackets: the fields begin after its last bracket.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
    return [{ pid, parent: fields[1] ?? 0, ticks: utime + stime + cutime + cstime }];
  } catch {
    return []; // it ended between the listing and the reading
  }
}
