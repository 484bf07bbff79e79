import type { Json } from '../../../core/plan/json';
import type { PlanNode } from '../../../core/plan/plan';

/** How a node came out. `given up`: one that it needs did not complete. */
export type Outcome = 'completed' | 'failed' | 'given up' | 'cancelled' | 'skipped';

/** One execution of a step. */
export interface Tried {
  readonly from: number;
  readonly to: number;
  readonly outcome: 'committed' | 'failed' | 'cancelled';
}

/** A node of the run, from the moment at which it came to be. */
export interface Told {
  readonly address: string;
  readonly kind: PlanNode['kind'];
  readonly came: number;
  /** When all that it needs had completed; null: it never began. */
  readonly began: number | null;
  readonly end: number;
  readonly outcome: Outcome;
  readonly output: Json;
  readonly input: Json;
  readonly tried: readonly Tried[];
  /** A step, an approval or a wait: what has no nodes inside. */
  readonly isLeaf: boolean;
  /** Why it failed, or what inside it did. */
  readonly fault?: Fault;
}

export interface Fault {
  readonly type: string;
  readonly message: string;
}

/** Something that ends a run, or a shard of one. */
export interface Ender {
  readonly at: number;
  readonly status: 'failed' | 'rejected' | 'cancelled';
  readonly address: string;
  /** null: it was cancelled. */
  readonly fault: Fault | null;
  /** What came about before it at the same moment, beside what stands inside of it by its address. */
  readonly causes?: readonly Told[];
  /** The nodes that it stands in, in the same workflow: they fail with it. */
  readonly around?: readonly string[];
}

/** One workflow: the run, or a shard. */
export interface Shell {
  readonly told: Told[];
  readonly enders: Ender[];
  /** Failures that the others were allowed to finish after. */
  readonly failures: Ender[];
}

/** What ended a workflow: whatever came first. */
export const earliest = (those: readonly Ender[]): Ender | undefined =>
  those.reduce<Ender | undefined>((first, one) => (!first || one.at < first.at ? one : first), undefined);

/**
 * What was so when a workflow came to its end before its time. What ended it has itself ended; nothing follows from that any
 * more, not even at the same moment.
 */
export function cut(told: readonly Told[], ender: Ender | undefined): Told[] {
  if (!ender) return [...told];
  const { at, address, status, around = [] } = ender;
  const causes = new Set(ender.causes?.map((one) => one.address));
  // What stands inside a map that failed by itself came and ended before it, at the same moment.
  const isInside = (one: Told): boolean =>
    causes.has(one.address) || (/^[[/]/.test(one.address.slice(address.length)) && one.address.startsWith(address));
  return told
    .filter((one) => one.came < at || (one.came === at && isInside(one)))
    .map((one) => {
      const isCause = one.isLeaf || one.address === address || isInside(one);
      if (one.end < at || (one.end === at && isCause)) return one;
      const outcome = status === 'failed' && around.includes(one.address) ? 'failed' : 'cancelled';
      return { ...one, end: at, outcome, output: null, tried: triedUntil(one.tried, at) };
    });
}

/** Executions of a node that was stopped at a moment. */
export function triedUntil(tried: readonly Tried[], at: number): Tried[] {
  return tried
    .filter(({ from }) => from < at)
    .map((each) => (each.to <= at ? each : { ...each, to: at, outcome: 'cancelled' as const }));
}

/** The first failure in time is the one that is told on. */
export function firstFault(own: readonly Told[]): Fault | null {
  const [first] = own.filter(({ fault }) => fault).sort((a, b) => a.end - b.end);
  return first?.fault ?? null;
}

export const inItem = (around: readonly string[], map: string, index: number) =>
  ({ prefix: `${map}[${index}]/`, around: [...around, map], numbered: true }) as const;
export const emptyShell = (): Shell => ({ told: [], enders: [], failures: [] });
export const stop = (at: number, address: string): Ender => ({ at, status: 'cancelled', address, fault: null });
export const failedAs = (told: Told, fault: Fault): Told => ({ ...told, outcome: 'failed', output: null, fault });
export const endOf = (tried: readonly Tried[]): number => tried.at(-1)?.to ?? 0;

/** What came about in a part of a workflow before a moment, at which that part was cancelled. */
export function takeOver(into: Shell, from: Shell, until: number, address: string): void {
  into.told.push(...(until === Infinity ? from.told : cut(from.told, stop(until, address))));
  into.enders.push(...from.enders.filter(({ at }) => at < until));
  into.failures.push(...from.failures.filter(({ at }) => at < until));
}
