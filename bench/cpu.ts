import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc a second; 100 on every Linux that Node runs on. */
const TICKS = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** Of the process itself, and of its children that have ended. */
  readonly own: number;
  readonly ended: number;
}

/** A process whose CPU time is read. */
export interface Part {
  readonly pid: number;
  /** Whether its descendants count, ended ones too. The process that measures is the ancestor of all, and counts alone. */
  readonly withChildren: boolean;
}

/** CPU seconds that each part has used so far, by its name. Linux only: it reads /proc. */
export function cpuSeconds(parts: Readonly<Record<string, Part>>): Record<string, number> {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)));
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, secondsOf(all, part)]));
}

function secondsOf(all: readonly Stat[], { pid, withChildren }: Part): number {
  const wanted = new Set([pid]);
  // A child's pid may be smaller than its parent's, so the set grows until nothing is added.
  for (let size = -1; withChildren && size !== wanted.size;) {
    size = wanted.size;
    for (const stat of all) if (wanted.has(stat.parent)) wanted.add(stat.pid);
  }
  const ticks = all.filter((stat) => wanted.has(stat.pid)).map(({ own, ended }) => own + (withChildren ? ended : 0));
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS;
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
    return [{ pid, parent: fields[1] ?? 0, own: utime + stime, ended: cutime + cstime }];
  } catch {
    return []; // it ended between the listing and the reading
  }
}
