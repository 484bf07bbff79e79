import { allNodes } from '../../core/nodes';
import { contractAt } from '../../core/plan/override';
import type { Plan, PlanRetry } from '../../core/plan/plan';
import { delayAfter } from '../../core/plan/retry';
import type { ExecutionRow } from '../../store/executions/list-executions';
import type { NodeRow, RecordedError } from '../../store/nodes/node-row';

/** A step whose last attempt failed and that waits for the next one. */
export interface Retrying {
  readonly address: string;
  /** The one that failed, from 1. After `perennial retry-now` they count from the first again. */
  readonly attempt: number;
  /** Attempts at most, the first counted. */
  readonly attempts: number;
  readonly error: RecordedError | null;
  /** When the next one begins, if a worker is free then: ISO 8601, UTC. By the clock of the records, to a second or so. */
  readonly next: string;
}

type Tried = Pick<ExecutionRow, 'address' | 'fence' | 'attempt' | 'outcome' | 'ended_at' | 'error'>;

/** What a use of a step says of retries; null: the records do not hold the plan, or it is no step. */
export function retryOf(plan: Plan | null, { node, step }: Pick<NodeRow, 'node' | 'step'>): PlanRetry | null {
  const contract = step === null ? undefined : plan?.steps[step];
  if (plan === null || contract === undefined) return null;
  const used = allNodes(plan.body).find(({ id }) => id === node);
  return (used?.kind === 'step' ? contractAt(contract, used) : contract).retry;
}

/** Which of the nodes wait for their next attempt, by the records alone: a worker that died has not told that it failed. */
export function retryingOf(plan: Plan | null, nodes: readonly NodeRow[], executions: readonly Tried[]): Retrying[] {
  return nodes.flatMap((node) => {
    if (node.status !== 'running') return [];
    const newest = newestOf(node.address, executions);
    const retry = retryOf(plan, node);
    if (retry === null || newest?.outcome !== 'failed' || newest.ended_at === null) return [];
    const { address, attempt, error } = newest;
    if (attempt >= retry.attempts) return [];
    const delay = error?.nextDelay ?? delayAfter(retry, attempt);
    const next = new Date(Date.parse(newest.ended_at) + delay).toISOString();
    return [{ address, attempt, attempts: retry.attempts, error, next }];
  });
}

/** The newest execution of a node. */
export function newestOf<T extends Pick<Tried, 'address' | 'fence'>>(
  address: string,
  executions: readonly T[],
): T | undefined {
  return executions
    .filter((each) => each.address === address)
    .reduce<T | undefined>((best, each) => (best && best.fence > each.fence ? best : each), undefined);
}

/** `retrying, next attempt at 2026-02-01T00:00:05.000Z`, or since when it could have begun. */
export function retryingText({ next }: Retrying, now: Date): string {
  return Date.parse(next) > now.getTime()
    ? `retrying, next attempt at ${next}`
    : `retrying, next attempt due since ${next}`;
}

/** `attempt 2 of 3` */
export function attemptText(attempt: number, attempts: number | null): string {
  return `attempt ${attempt}${attempts === null ? '' : ` of ${attempts}`}`;
}
