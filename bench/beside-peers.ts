import { z } from 'zod';
import type { BenchOptions } from './options';
import { pythonOfPeers } from './peers';
import { type BenchLine, compare, type PeerCosts } from './report';

/** What a measurement in a process of its own prints, besides its answer. */
export const ProcessCosts = z.object({
  version: z.string(),
  /** Of the whole process, and of the work after everything was loaded. */
  cpuSeconds: z.number(),
  workSeconds: z.number(),
  peakMiB: z.number(),
});
export type ProcessCosts = z.infer<typeof ProcessCosts>;

const FIGURES = [
  ['cpu', 'CPU s', (costs: ProcessCosts) => costs.workSeconds],
  ['cpu-of-process', 'CPU s', (costs: ProcessCosts) => costs.cpuSeconds],
  ['peak-memory', 'MiB', (costs: ProcessCosts) => costs.peakMiB],
] as const;

/** The same work by Perennial and by peers in Python. */
export interface Beside<Outcome extends ProcessCosts, Peer extends string> {
  /** What the lines begin with. */
  readonly name: string;
  /** The peers in the order in which they run, with the most that the CPU of the work may be over theirs. */
  readonly goals: Readonly<Record<Peer, number>>;
  readonly ours: () => Promise<Outcome>;
  readonly theirs: (python: string, peer: Peer) => Promise<Outcome>;
  /** Throws where the answers differ: a faster answer to another question would be no answer. */
  readonly requireSame: (ours: Outcome, theirs: Outcome) => void;
  readonly notMeasured: readonly string[];
}

/**
 * Runs Perennial and each peer once a round, in turn, and compares what they cost. Without the
 * Python of the peers Perennial runs alone.
 */
export async function besidePeers<Outcome extends ProcessCosts, Peer extends string>(
  { runs, onLine, note }: BenchOptions,
  peersOf: readonly Peer[],
  { name, goals, ours, theirs, requireSame, notMeasured }: Beside<Outcome, Peer>,
): Promise<void> {
  const python = await pythonOfPeers(note);
  const own: Outcome[] = [];
  const others = new Map<Peer, Outcome[]>(python === null ? [] : peersOf.map((peer) => [peer, []]));
  for (let round = 0; round < runs; round++) {
    note(`${name}: round ${round + 1} of ${runs}`);
    const outcome = await ours();
    own.push(outcome);
    for (const [peer, outcomes] of others) {
      const other = await theirs(python ?? '', peer);
      requireSame(outcome, other);
      outcomes.push(other);
    }
  }
  const against = [...others].map(([peer, costs]) => ({ name: peer, costs, goal: goals[peer] }));
  for (const line of linesOf(name, own, against, notMeasured)) onLine(line);
}

/** A line each for the CPU of the work, the CPU of the process, and its peak of memory; goals are for CPU. */
export function linesOf(
  name: string,
  ours: readonly ProcessCosts[],
  others: readonly { readonly name: string; readonly costs: readonly ProcessCosts[]; readonly goal: number }[],
  notMeasured: readonly string[],
): BenchLine[] {
  return FIGURES.map(([figure, unit, of]) => {
    const peers = others.map((other): PeerCosts => ({
      name: other.name,
      version: other.costs[0]?.version ?? '',
      values: other.costs.map(of),
      ...(unit === 'CPU s' && { goal: other.goal }),
    }));
    return compare(`${name}/${figure}`, unit, ours.map(of), peers, { notMeasured });
  });
}
