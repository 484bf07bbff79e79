import { perennialError } from '../errors';
import { evaluate, type Values } from '../expr/evaluate';
import { kindOf } from '../expr/kinds';
import type { WaitNode } from '../plan/plan';
import { lengthOf, lengthText, MAX_WAIT, momentOf } from '../plan/time';
import { change, type Draft, nodeAt, note, planNode, valuesAt } from './draft';
import { failureOf } from './failure';
import { waitingUntil } from './running';
import { complete, fail } from './settle';
import type { Event } from './state';

/** A wait begins: it has asked for the time, and is told. One whose moment has passed is over. */
export function takeTime(draft: Draft, { address, now }: Extract<Event, { type: 'time' }>): void {
  const state = nodeAt(draft, address);
  const { node } = planNode(draft, state.node);
  if (node.kind !== 'wait' || state.status !== 'running' || state.reuse === 'asked' || draft.ending) return;
  try {
    const moment = momentFor(node, address, valuesAt(draft, state.at), now);
    const ms = moment - now;
    const until = new Date(moment).toISOString();
    change(draft, address, { status: 'waiting', until });
    note(draft, address, { status: 'waiting', input: { until } });
    if (ms > 0) draft.commands.push({ type: 'sleep', address, ms, until });
    else wake(draft, address);
  } catch (error) {
    fail(draft, address, failureOf(error));
  }
}

/**
 * A wait is over: its moment has come, or a person does not wait for it. Its value is the moment in either case.
 *
 * @param recorded the moment of the same wait before the run was reset: nobody waits for another
 */
export function wake(draft: Draft, address: string, recorded?: string): void {
  const until = waitingUntil(nodeAt(draft, address));
  if (until === undefined) return;
  const output = { until: recorded ?? until };
  note(draft, address, { status: 'completed', output });
  complete(draft, address, output);
}

/**
 * The moment that a wait which begins now waits for, ms since 1970.
 *
 * @throws PER_FLOW_001 PER_FLOW_013 PER_FLOW_014, which fail the node
 */
function momentFor({ time }: WaitNode, address: string, values: Values, now: number): number {
  const isLength = 'for' in time;
  const value = evaluate(isLength ? time.for : time.until, values);
  const ms = isLength ? lengthOf(value) : momentOf(value);
  const was = `The wait ${address} was given ${kindOf(value)}`;
  if (ms === null) throw perennialError('PER_FLOW_013', `${was}, no ${isLength ? 'length of time' : 'moment'}.`);
  const moment = isLength ? now + Math.max(0, Math.ceil(ms)) : ms;
  if (moment - now <= MAX_WAIT) return moment;
  throw perennialError('PER_FLOW_014', `${was}: more than ${lengthText(MAX_WAIT)} from now.`);
}
