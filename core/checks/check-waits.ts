import { allNodes } from '../nodes';
import type { Plan, WaitNode } from '../plan/plan';
import { lengthOf, lengthText, MAX_WAIT, momentOf } from '../plan/time';
import { type Finding, finding } from './finding';

/** A wait whose time is written down has one, and waits a year at most. Of others the run finds out. */
export function checkWaits(plan: Plan): Finding[] {
  return allNodes(plan.body).flatMap((node) => {
    const fault = node.kind === 'wait' ? faultOf(node) : null;
    return fault === null ? [] : [finding('PER_DEF_023', 'error', node.id, `${node.id} waits ${fault}.`)];
  });
}

function faultOf({ time }: WaitNode): string | null {
  if ('until' in time) {
    const { until } = time;
    const isMoment = until.op !== 'literal' || momentOf(until.value) !== null;
    return isMoment ? null : `until ${JSON.stringify(until.value)}, which is no moment`;
  }
  if (time.for.op !== 'literal') return null;
  const ms = lengthOf(time.for.value);
  if (ms === null) return `for ${JSON.stringify(time.for.value)}, which is no length of time`;
  return ms > MAX_WAIT ? `for ${lengthText(ms)}, and ${lengthText(MAX_WAIT)} are the most` : null;
}
