import { perennialError } from '../errors';
import type { Plan } from '../plan/plan';
import { indexPlan } from './index-plan';
import { isItem, isOpen, openAt } from './inside';
import type { Intervention } from './intervention';
import { isRunningLeaf, waitingUntil } from './running';
import type { NodeState, RunState } from './state';

/**
 * Refuses what cannot be done to a run as it is now. It looks at the state alone, so the Update's validator may ask it.
 *
 * @throws PER_RUN_034 to PER_RUN_041
 */
export function refuseIntervention(plan: Plan, state: RunState, ask: Intervention): void {
  if (state.phase === 'ended') throw perennialError('PER_RUN_041', 'The run has ended.');
  switch (ask.action) {
    case 'cancel':
      return;
    case 'pause':
      if (state.ending) throw isEnding(state.ending.status);
      if (state.paused) throw perennialError('PER_RUN_034', `${state.paused.by} has paused it at ${state.paused.at}.`);
      return;
    case 'resume':
      if (!state.paused) throw perennialError('PER_RUN_035', 'Nobody has paused it.');
      return;
    default:
      refuseAt(plan, state, ask);
  }
}

function refuseAt(plan: Plan, state: RunState, ask: Extract<Intervention, { node: string }>): void {
  const address = ask.node;
  const node = nodeFor(plan, state, address);
  if (state.ending) throw isEnding(state.ending.status);
  if (ask.action === 'cancel-node') {
    if (openAt(state, address).length === 0) throw tooLate(address, node);
    return;
  }
  if (!node) throw perennialError('PER_RUN_038', `'${address}' is an item, no step.`);
  const { kind } = indexPlan(plan).nodes.get(node.node)?.node ?? { kind: 'no node' };
  if (kind === 'wait' && ask.action === 'skip') {
    if (!isOpen(node)) throw tooLate(address, node);
    if (ask.output !== undefined)
      throw perennialError(
        'PER_RUN_040',
        `'${address}' is a wait: its output is the moment that it waited for, and another was given.`,
      );
    if (!waitingUntil(node)) throw perennialError('PER_RUN_041', `The wait '${address}' has not begun.`);
    return;
  }
  if (kind !== 'step') throw perennialError('PER_RUN_038', `'${address}' is of the kind ${kind}, no step.`);
  if (!isOpen(node)) throw tooLate(address, node);
  if (ask.action === 'skip') {
    if (ask.output === undefined) throw perennialError('PER_RUN_040', `'${address}' is a step: it needs an output.`);
    return;
  }
  if (state.paused) throw perennialError('PER_RUN_034', `${state.paused.by} has paused it, and '${address}' with it.`);
  if (!isRunningLeaf(indexPlan(plan), node)) throw perennialError('PER_RUN_039', `'${address}' has not begun.`);
}

/** The node at an address; null for an item. */
function nodeFor(plan: Plan, state: RunState, address: string): NodeState | null {
  const node = state.nodes[address];
  if (node && node.shard === undefined) return node;
  if (isItem(state, address)) return null;
  const { nodes } = indexPlan(plan);
  const id = (address.split('/').at(-1) ?? '').replace(/\[\d+\]$/, '');
  const why = nodes.has(id)
    ? `'${address}' has not come to be, or was not taken`
    : `There is no node '${address}' (nodes: ${[...nodes.keys()].join(', ')})`;
  throw perennialError('PER_RUN_036', `${why}.`);
}

function tooLate(address: string, node: NodeState | null): Error {
  return perennialError('PER_RUN_037', `'${address}' is ${node?.status ?? 'over'}.`);
}

function isEnding(status: string): Error {
  return perennialError('PER_RUN_041', `The run is coming to its end as ${status}.`);
}
