import type { Call } from './call';

/** How an execution ended, in the words of the records. Beyond those: the cache had the output, or the node had committed before. */
export type Outcome = 'committed' | 'cached' | 'repeated' | 'fenced-off' | 'failed' | 'cancelled';

/** One execution, by what is known of it before anything is done. */
export interface SeenExecution {
  /** Type of the workflow that asked: the pipeline's name, or the engine's own for a shard of a map. */
  readonly workflow: string;
  /** The plan's hash. */
  readonly plan: string;
  readonly run: string;
  readonly address: string;
  readonly node: string;
  readonly step: string;
  readonly pool: string;
  /** Temporal's. */
  readonly attempt: number;
  /** ms since the epoch, by the server's clock: when the task of this attempt was put into its queue. */
  readonly scheduledAt: number;
}

/** Is told what happens to one execution, and may not fail. */
export interface Watch {
  /** What the look-up in the cache gave; once. */
  cache(outcome: 'hit' | 'miss' | 'off'): void;
  /** It has its slot, its device and its place, and is about to claim the node: the wait is over. At most once. */
  begun(): void;
  /** A commit of its was refused, since a newer execution holds the fence. */
  refused(): void;
  /** @param error type of what it failed with, a code or the name of a class */
  ended(outcome: Outcome, error: string | null): void;
}

/** Whoever wants to know what a worker's executions do: figures, traces. */
export type Observer = (execution: SeenExecution) => Watch;

/** Where the trace of an execution goes on in its child process: `traceparent` of W3C's trace context; null: nowhere. */
export type TraceParent = () => string | null;

/** What is told of one execution, to nobody or to several; it keeps how it ends. */
export interface Watched extends Omit<Watch, 'ended'> {
  /** How it ends, if it gives an output. */
  as(outcome: Outcome): void;
  ended(error: string | null, cancelled: boolean): void;
}

/** Begins to watch an execution. */
export function watchedBy(observer: Observer | undefined, execution: () => SeenExecution): Watched {
  const watch = observer?.(execution());
  let outcome: Outcome = 'committed';
  return {
    as(is) {
      if (outcome !== 'fenced-off') outcome = is;
    },
    cache: (found) => watch?.cache(found),
    begun: () => watch?.begun(),
    refused() {
      outcome = 'fenced-off';
      watch?.refused();
    },
    ended(error, cancelled) {
      const end = error === null || outcome === 'fenced-off' ? outcome : cancelled ? 'cancelled' : 'failed';
      watch?.ended(end, error);
    },
  };
}

/** What is known of a call before anything is done. */
export function seenOf({ argument, step, temporal }: Pick<Call, 'argument' | 'step' | 'temporal'>): SeenExecution {
  const { run, address, node, plan } = argument;
  const { info } = temporal;
  return {
    workflow: info.workflowExecution === undefined ? '' : (info.workflowType ?? ''),
    plan,
    run,
    address,
    node,
    step: step.contract.name,
    pool: step.contract.pool,
    attempt: info.attempt,
    scheduledAt: info.currentAttemptScheduledTimestampMs,
  };
}
