import {
  defineSearchAttributeKey,
  SearchAttributeType,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  condition,
  ParentClosePolicy,
  proxyLocalActivities,
  setCurrentDetails,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { BackfillActivities, BackfillCounts, Heard, Taken } from '../activities/backfill';
import { afterEnds, afterTaking, type BackfillState, INITIAL_BACKFILL, stepOf } from '../core/backfill/window';
import { SEARCH_ATTRIBUTE_NAMES } from '../core/plan/search-attributes';
import { onCancellation } from './cancellation';
import { endOf } from './failures';
import { goOn, watchBuilds } from './upgrade';

/** The argument of `perennial.backfill`; `state` when it continues. The other two are for tests. */
export type BackfillInput = {
  readonly backfill: string;
  readonly state?: BackfillState;
  /** Partitions a history takes at most. */
  readonly taken?: number;
  /** How often it asks for ends that it cannot hear, in ms. */
  readonly askEvery?: number;
};

/** A history of so many partitions stays far below Temporal's limit. */
const TAKEN = 500;
/** Ends of runs that another history or somebody else started are learnt by asking; the others are heard, and asked for in case. */
const ASK_EVERY = 5_000;
const ASK_IN_CASE = 60_000;

const PIPELINE = defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.pipeline, SearchAttributeType.KEYWORD);

const activities = proxyLocalActivities<BackfillActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

/**
 * `perennial.backfill`: runs for many partitions, a few at a time. A thin shell over core/backfill: how far it has come stands in
 * the records, and each partition is decided about when its turn comes. Its runs outlive it.
 *
 * @returns how many partitions came to what
 * @throws CancelledFailure when it was asked to stop, once the runs in hand have ended
 */
export async function backfill(input: BackfillInput): Promise<BackfillCounts> {
  const { backfill: id, taken = TAKEN, askEvery = ASK_EVERY } = input;
  const heard = new Map<string, Heard>();
  const started = new Set<string>();
  let state = input.state ?? INITIAL_BACKFILL;
  const cancellation = onCancellation();
  const isOutdated = watchBuilds();
  cancellation.tell(() => {
    state = { ...state, cancelled: true };
  });

  return CancellationScope.nonCancellable(async () => {
    const { pipeline, maxParallel } = await activities['perennial.backfill-facts']({ backfill: id });

    async function begin({ partition, run, input: runInput }: Taken): Promise<void> {
      if (runInput === null || started.has(run)) return;
      try {
        const child = await startChild(pipeline, {
          workflowId: run,
          args: [runInput],
          parentClosePolicy: ParentClosePolicy.ABANDON,
          cancellationType: ChildWorkflowCancellationType.ABANDON,
          // One that completed is never run again; one that failed before its record began has left its id free.
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          typedSearchAttributes: [{ key: PIPELINE, value: pipeline }],
          staticSummary: `${partition}, of ${id}`,
        });
        started.add(run);
        void child.result().then(
          () => heard.set(run, { status: 'completed', reason: '' }),
          (error: unknown) => heard.set(run, endOf(error)),
        );
      } catch (error) {
        // Somebody else started it; its end is learnt by asking.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    }

    async function look(): Promise<void> {
      const open = state.open.map((one) => ({ ...one, heard: heard.get(one.run) ?? null }));
      const seen = await activities['perennial.backfill-look']({ backfill: id, open });
      state = afterEnds(state, seen);
      // The records have the last word: what still runs by them, reset by an operator, is asked about.
      for (const { run, heard: end } of open) if (end && heard.delete(run)) started.delete(run);
      await Promise.all(seen.unknown.map(begin));
    }

    for (;;) {
      const step = stepOf(state, maxParallel);
      show(id, state);
      if (step.do === 'close') break;
      if (step.do === 'take') {
        if (state.taken >= taken || workflowInfo().continueAsNewSuggested || isOutdated()) {
          await goOn<typeof backfill>({ ...input, state: { ...state, taken: 0 } });
        }
        const count = Math.min(step.count, taken - state.taken);
        const next = await activities['perennial.backfill-take']({ backfill: id, count, open: state.open });
        state = afterTaking(state, next);
        await Promise.all(next.work.map(begin));
        continue;
      }
      // What waits for long asks now and then, and hears: its history grows all the same.
      if (workflowInfo().continueAsNewSuggested) await goOn<typeof backfill>({ ...input, state });
      const before = state.cancelled;
      const isHeard = (): boolean => state.open.some(({ run }) => heard.has(run));
      const unheard = state.open.some(({ run }) => !started.has(run));
      await condition(() => isHeard() || state.cancelled !== before, unheard ? askEvery : ASK_IN_CASE);
      await look();
    }
    const counts = await activities['perennial.backfill-close']({ backfill: id, cancelled: state.cancelled });
    if (state.cancelled) throw new CancelledFailure('The back-fill was cancelled on request.');
    return counts;
  });
}

function show(id: string, { open, more, cancelled }: BackfillState): void {
  const what = cancelled ? 'Cancelled: ends with what runs.' : more ? '' : 'The last ones run.';
  setCurrentDetails([`**${id}** ${what}`, ...open.map(({ partition, run }) => `- ${partition}: ${run}`)].join('\n'));
}
