import type { Overlap } from '../../core/define/cron';

/** What a schedule does, in values that two can be compared by, whoever wrote them. */
export interface ScheduleFacts {
  /** Five fields, the shortest way; more than one calendar joined by `and`. */
  readonly cron: string;
  readonly timezone: string;
  readonly overlap: Overlap;
  /** ms by which a tick comes later at most. */
  readonly jitter: number;
  /** ms after which a missed tick is not made up for. */
  readonly catchup: number;
  /** Workflow type, id, queue, arguments and search attributes, in one line. */
  readonly starts: string;
  /** What else it has of Temporal's, which Perennial never sets; empty: nothing. */
  readonly besides: string;
}

/** The parts of an action that facts tell of. */
export interface ActionFacts {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: readonly unknown[];
  readonly attributes: readonly { readonly key: { readonly name: string }; readonly value: unknown }[];
}

/** How `ScheduleFacts.starts` is written. */
export function startsText({ workflowType, workflowId, taskQueue, args, attributes }: ActionFacts): string {
  const marks = attributes.map(({ key, value }) => `${key.name}=${JSON.stringify(value)}`).sort();
  return [`${workflowType} as ${workflowId} on ${taskQueue} with ${JSON.stringify(args)}`, ...marks].join(', ');
}

/** Temporal's names of what a tick does while an earlier one's work still runs, and those of `cron()`. */
export const OVERLAPS = {
  skip: 'SKIP',
  'buffer-one': 'BUFFER_ONE',
  'buffer-all': 'BUFFER_ALL',
  'cancel-other': 'CANCEL_OTHER',
  'terminate-other': 'TERMINATE_OTHER',
  'allow-all': 'ALLOW_ALL',
} as const satisfies Record<Overlap, string>;
