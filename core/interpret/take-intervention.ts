import { perennialError } from '../errors';
import { change, type Draft, nodeAt } from './draft';
import { failureOf } from './failure';
import { skipLeft } from './finish';
import { openAt, openInside } from './inside';
import { saying } from './intervention';
import { isRunningLeaf, waitingUntil } from './running';
import { bringToEnd, cancel, complete, fail, giveUp } from './settle';
import type { Ending, InterventionEvent } from './state';
import { wake } from './wait';

/** Takes in what a person did. What has ended meanwhile stays as it is. */
export function takeIntervention(draft: Draft, event: InterventionEvent): void {
  switch (event.type) {
    case 'paused': {
      const { by, reason, at } = event;
      draft.paused ??= { by, reason, at };
      handOn(draft, event);
      return;
    }
    case 'resumed':
      draft.paused = null;
      handOn(draft, event);
      return;
    case 'ended-hard':
      endHard(draft, event);
      return;
    case 'node-cancelled':
      cancelAt(draft, event);
      return;
    case 'hurried':
      hurry(draft, event.address);
      return;
    case 'given':
      takeGiven(draft, event);
  }
}

/** Holds up what ends no longer: it tidies up. What is stopped for it need not hear; what a final body has begun is not. */
export function letGo(draft: Draft): void {
  if (draft.paused && draft.finish) handOn(draft, { type: 'resumed' });
  draft.paused = null;
}

/** What runs in workflows of its own is told. */
function handOn(draft: Draft, order: InterventionEvent): void {
  for (const [address, state] of Object.entries(draft.nodes)) {
    const { node } = draft.index.nodes.get(state.node) ?? {};
    const isElsewhere = state.shard !== undefined || node?.kind === 'call';
    if (isElsewhere && isRunningLeaf(draft.index, state)) draft.commands.push({ type: 'tell', address, order });
  }
}

function endHard(draft: Draft, event: Extract<InterventionEvent, { type: 'ended-hard' }>): void {
  // Final bodies take the time that they take.
  if (event.final && draft.finish) return;
  const ending: Ending = { status: 'cancelled', reason: event.reason, failure: null };
  draft.hard = !event.final;
  draft.paused = null;
  if (draft.finish) {
    skipLeft(draft);
    draft.ending = draft.finish.ending ?? ending;
    draft.finish = { ...draft.finish, ending: draft.ending, left: [] };
  } else if (draft.ending?.status === 'cancelled') draft.ending = ending;
  else bringToEnd(draft, ending);
  handOn(draft, event);
  for (const [address, { status }] of Object.entries(draft.nodes)) {
    if (status !== 'running' && status !== 'waiting') continue;
    draft.commands.push({ type: 'stop', address });
    cancel(draft, address);
  }
}

/** A node fails as cancelled. Of an item the first one does, and with it the item; its others are given up. */
function cancelAt(draft: Draft, event: Extract<InterventionEvent, { type: 'node-cancelled' }>): void {
  const said = `${saying(`${event.address} was cancelled`, event)}.`;
  const failure = failureOf(perennialError('PER_FLOW_017', said));
  const open = openAt(draft, event.address);
  const cause = open[0] === undefined ? undefined : { address: open[0], failure };
  for (const [i, address] of open.entries()) {
    // The run stops what else there is.
    if (draft.ending) return;
    for (const inner of openInside(draft, address)) {
      leaveOff(draft, inner);
      cancel(draft, inner);
    }
    leaveOff(draft, address);
    if (i === 0) fail(draft, address, failure);
    else giveUp(draft, address, cause);
  }
}

function hurry(draft: Draft, address: string): void {
  const state = draft.nodes[address];
  if (!state || !isRunningLeaf(draft.index, state) || draft.ending) return;
  leaveOff(draft, address);
  // It is the same execution of the plan, begun once more.
  draft.executions -= 1;
  change(draft, address, { status: 'pending', reuse: 'absent' });
  draft.pending.push(address);
}

function takeGiven(draft: Draft, { address, output }: Extract<InterventionEvent, { type: 'given' }>): void {
  const state = draft.nodes[address];
  if (state && draft.index.nodes.get(state.node)?.node.kind === 'wait') {
    if (waitingUntil(state) === undefined) return;
    leaveOff(draft, address);
    wake(draft, address);
    return;
  }
  if (state?.status !== 'pending' && state?.status !== 'running') return;
  leaveOff(draft, address);
  complete(draft, address, output);
}

/** Nothing more is expected of a node: it no longer waits to be started, and whoever works at it is told to stop. */
function leaveOff(draft: Draft, address: string): void {
  if (nodeAt(draft, address).status === 'pending')
    draft.pending = draft.pending.filter((waiting) => waiting !== address);
  else draft.commands.push({ type: 'stop', address });
}
