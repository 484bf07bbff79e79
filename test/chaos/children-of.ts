import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { markOf, type ProcessMark } from '../../workers/embedded/process-mark';

/** The processes that a process has started and that run now, marked so that a later one with the same pid is not taken for them. */
export function childrenOf(parent: number): ProcessMark[] {
  const all = process.platform === 'linux' ? pairsOnLinux() : pairsByPs();
  return all.flatMap(([pid, of]) => (of === parent ? [markOf(pid)] : [])).filter((mark) => mark !== null);
}

type PidAndParent = readonly [pid: number, parent: number];

function pairsOnLinux(): PidAndParent[] {
  return readdirSync('/proc').flatMap((name): PidAndParent[] => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The second field, the name, may hold spaces and brackets: count from its end.
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
    } catch {
      return [];
    }
  });
}

function pairsByPs(): PidAndParent[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line): PidAndParent => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return [pid ?? 0, parent ?? 0];
  });
}
