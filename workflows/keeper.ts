import {
  defineSearchAttributeKey,
  SearchAttributeType,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  condition,
  defineQuery,
  defineSignal,
  log,
  ParentClosePolicy,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { AttendedRetrain, KeeperActivities } from '../activities/keep';
import { decide, type KeeperCommand, type ShellEvent } from '../core/keep/decide';
import { describeKeeper } from '../core/keep/describe';
import type { Cause, KeeperEvent } from '../core/keep/event';
import { parseKeeperEvent } from '../core/keep/parse-event';
import { verdictOf } from '../core/keep/verdict';
import { SEARCH_ATTRIBUTE_NAMES } from '../core/plan/search-attributes';
import { INITIAL_STATE, type KeeperState, type Retrain } from '../core/keep/state';
import { endOf } from './failures';
import { goOn, watchBuilds } from './upgrade';

/** Tells a keeper something. Its argument is a KeeperEvent (core/keep/event.ts); anything else is logged and dropped. */
export const eventSignal = defineSignal<[unknown]>('event');

/** What a keeper remembers and does. */
export const stateQuery = defineQuery<KeeperState>('state');

/** The argument of `perennial.keeper`. Without `state` it rebuilds its memory from the records. */
export type KeeperInput = {
  readonly model: string;
  readonly state?: KeeperState;
  /** How often it asks how its retrain stands, in ms; a minute without it. */
  readonly askEvery?: number;
};

/** A keeper asks how its retrain stands this often, in case no signal of its end arrives. */
const ASK_EVERY = 60_000;
/** Events after which a keeper with nothing in flight starts a fresh history. */
const EVENTS_A_HISTORY = 200;

const MODEL = defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.model, SearchAttributeType.KEYWORD);
const CAUSE = defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.cause, SearchAttributeType.KEYWORD);
const VERDICT = defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.verdict, SearchAttributeType.KEYWORD);
const PIPELINE = defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.pipeline, SearchAttributeType.KEYWORD);

const activities = proxyLocalActivities<KeeperActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

/**
 * `perennial.keeper`: the durable workflow of one model, a thin shell over core/keep. It takes events one by one, lets
 * the arbiter decide, and carries out its commands, each of which is safe to repeat. It never ends.
 */
export async function keeper({ model, state: carried, askEvery = ASK_EVERY }: KeeperInput): Promise<never> {
  const inbox: KeeperEvent[] = [];
  let state = carried ?? INITIAL_STATE;
  let handled = 0;
  let morePending = false;
  /** Run ids that this history started, and so hears the end of. */
  const started = new Set<string>();

  setHandler(eventSignal, (value) => {
    const event = parseKeeperEvent(value);
    if (event) inbox.push(event);
    else log.warn('[PER_KEEP_003] dropped a signal that is no event', { model });
  });
  setHandler(stateQuery, () => state);
  const isOutdated = watchBuilds();

  if (!carried) {
    const rebuilt = await activities['perennial.keeper-state']({ model });
    state = rebuilt.state;
    morePending = takeIn(inbox, rebuilt);
  }

  async function handle(event: KeeperEvent | ShellEvent): Promise<void> {
    if (event.type === 'cause') showVerdict(event.cause);
    const causeId = event.type === 'cause' ? event.cause.id : null;
    const facts = await activities['perennial.model-facts']({ model, causeId });
    const decided = decide(state, event, facts);
    state = decided.state;
    for (const command of decided.commands) await carryOut(command);
  }

  async function carryOut(command: KeeperCommand): Promise<void> {
    switch (command.do) {
      case 'record':
        await activities['perennial.record-decision']({ decision: command.decision, cause: command.cause });
        return;
      case 'start':
        await attend(command.retrain, null);
        return;
      case 'promote': {
        const { decision, version, expectedSeq } = command;
        await handle(await activities['perennial.promote']({ decision, version, expectedSeq }));
      }
    }
  }

  /**
   * Sees to the retrain in flight: takes what it handed over, learns its end, or starts it. The records are asked first;
   * `heard` (a signal, the child's own result) counts only for a run that they do not know, since an operator may have
   * reset the run, and it goes on.
   */
  async function attend(retrain: Retrain, heard: AttendedRetrain['ended']): Promise<void> {
    const { handed, ended, start } = await activities['perennial.attend-retrain']({ model, retrain });
    if (handed) await handle(handed);
    if (inFlight(state)?.decisionId !== retrain.decisionId) return;
    const end = ended ?? (start ? heard : null);
    if (end) await handle({ type: 'run-ended', runId: retrain.runId, ...end });
    else if (start && !started.has(retrain.runId)) await startRetrain(retrain, start);
  }

  async function startRetrain(retrain: Retrain, start: NonNullable<AttendedRetrain['start']>): Promise<void> {
    const { runId } = retrain;
    started.add(runId);
    try {
      const child = await startChild(start.pipeline, {
        workflowId: runId,
        args: [start.input],
        // It outlives this history, its cancellation and its end; and one decision starts one run, ever.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        typedSearchAttributes: [
          { key: PIPELINE, value: start.pipeline },
          { key: MODEL, value: model },
          { key: CAUSE, value: retrain.kind },
        ],
        staticSummary: `${retrain.kind}, ${retrain.eventTime}`,
      });
      void child.result().then(
        () => inbox.push({ type: 'run-ended', runId, status: 'completed', reason: '' }),
        (error: unknown) => inbox.push({ type: 'run-ended', runId, ...endOf(error) }),
      );
    } catch (error) {
      // A keeper before this one started it; its end is learnt by asking.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  // What an earlier history began may have ended unheard.
  const begun = inFlight(state);
  if (begun) await attend(begun, null);

  for (;;) {
    show(model, state);
    if (inbox.length === 0 && morePending) {
      morePending = takeIn(inbox, await activities['perennial.keeper-state']({ model }));
    }
    const retrain = inFlight(state);
    if (inbox.length === 0 && (isOutdated() || mayContinue(handled, retrain)))
      await goOn<typeof keeper>({ model, state, askEvery });
    const told = () => inbox.length > 0 || isOutdated();
    await (retrain ? condition(told, askEvery) : condition(told));
    const event = inbox.shift();
    if (event) handled += 1;
    if (retrain && (!event || (event.type === 'run-ended' && event.runId === retrain.runId))) {
      await attend(retrain, event ? { status: event.status, reason: event.reason } : null);
    } else if (event && event.type !== 'run-ended') {
      // The end of any other run changes nothing: it was closed before, or is not the keeper's.
      await handle(event);
    }
  }
}

/** Puts what a rebuilt keeper still has to answer before what has arrived since; says whether there is more. */
function takeIn(
  inbox: KeeperEvent[],
  rebuilt: Awaited<ReturnType<KeeperActivities['perennial.keeper-state']>>,
): boolean {
  inbox.unshift(...rebuilt.pending.map((cause) => ({ type: 'cause' as const, cause })));
  return rebuilt.more;
}

function inFlight(state: KeeperState): Retrain | null {
  return state.phase.at === 'idle' ? null : state.phase.retrain;
}

/**
 * With a retrain in flight only when Temporal asks for it: the run is abandoned, not awaited, and its end is learnt by
 * asking. No activity is ever in flight here, since all of them are awaited.
 */
function mayContinue(handled: number, retrain: Retrain | null): boolean {
  return workflowInfo().continueAsNewSuggested || (handled >= EVENTS_A_HISTORY && !retrain);
}

function show(model: string, state: KeeperState): void {
  setCurrentDetails(describeKeeper(model, state));
}

/** Makes the keeper findable by what a monitor said last; its own last decision is in its details. */
function showVerdict(cause: Cause): void {
  const verdict = verdictOf(cause);
  const shown = workflowInfo().typedSearchAttributes.get(VERDICT);
  if (verdict !== null && verdict !== shown) upsertSearchAttributes([{ key: VERDICT, value: verdict }]);
}
