import { perennialError } from '../errors';
import type { Json } from '../plan/json';
import type { Plan } from '../plan/plan';
import { type Draft, draftOf, draftOver, nodeAt, note, planNode, scopeAt, stateOf } from './draft';
import type { Command } from './command';
import { failureOf } from './failure';
import { conclude, isBetween, lastWord, openNext } from './finish';
import { indexPlan } from './index-plan';
import { MAX_LIST_SIZE, sizeOf } from './limits';
import { letGo, takeIntervention } from './take-intervention';
import { openUnits } from './open-units';
import { takeReused } from './reuse';
import { closeScope, openScope } from './scopes';
import { asksPerson, isRunningLeaf } from './running';
import { bringToEnd, cancel, complete, endOwner, fail, giveUp } from './settle';
import { startNode } from './start-node';
import type { Cause, Event, Failure, NodeEvent, NodeState, RunState, ShardSeed } from './state';
import { isTolerated } from './tolerance';
import { takeTime, wake } from './wait';

/** A state and what is to be done now. */
export interface Advance {
  readonly state: RunState;
  readonly commands: readonly Command[];
}

/** Key of the scope of the whole run. */
const ROOT = '';

/**
 * Begins a run of a plan with a config that has been parsed.
 *
 * @param reuse ids of nodes whose output the records may hold, for a rerun
 */
export function begin(plan: Plan, config: Json, reuse: readonly string[] = []): Advance {
  const draft = draftOf(indexPlan(plan), emptyState(config, null, reuse));
  const nodes = plan.body.nodes.filter(({ kind }) => kind !== 'finally');
  openScope(draft, ROOT, null, nodes, {});
  return proceed(draft);
}

/** Begins a shard: some items of one map. Its output is the list of their values. */
export function beginShard(plan: Plan, seed: ShardSeed, reuse: readonly string[] = []): Advance {
  const index = indexPlan(plan);
  const draft = draftOf(index, emptyState(seed.config, seed.address, reuse));
  for (const [address, output] of Object.entries(seed.outputs)) draft.nodes[address] = outside(address, output);
  for (const [map, item] of Object.entries(seed.outerItems)) addOuterItem(draft, seed, map, item);
  draft.scopes[ROOT] = { owner: null, remaining: 1, failed: false };
  const units = seed.items.length;
  const maxUnits = Math.min(seed.maxParallel ?? Infinity, Math.max(1, units));
  draft.nodes[seed.address] = {
    ...outside(seed.map, null),
    status: 'running',
    at: seed.at,
    map: { items: seed.items, from: seed.from, shardSize: null, units, opened: 0, maxUnits },
  };
  draft.scopes[seed.address] = { owner: seed.address, remaining: units, failed: false };
  openUnits(draft, seed.address);
  closeScope(draft, seed.address);
  return proceed(draft);
}

/** Takes in what happened. Events about nodes that are not under way, or after the end, change nothing. */
export function advance(plan: Plan, state: RunState, event: Event): Advance {
  return state.phase === 'ended' ? { state, commands: [] } : advanceOn(draftOf(indexPlan(plan), state), event);
}

/**
 * Does the same at the cost of what the event changes, however many nodes the run has: the state that is handed in is
 * used up, and whoever holds it must go on with the one that comes back.
 */
export function advanceOwn(plan: Plan, state: RunState, event: Event): Advance {
  return state.phase === 'ended' ? { state, commands: [] } : advanceOn(draftOver(indexPlan(plan), state), event);
}

function advanceOn(draft: Draft, event: Event): Advance {
  take(draft, event);
  return proceed(draft);
}

function emptyState(config: Json, goal: string | null, reuse: readonly string[]): RunState {
  const nothing = { nodes: {}, scopes: {}, pending: [], executions: 0, batch: 0, breathing: false };
  return {
    phase: 'running',
    goal,
    config,
    reuse,
    ...nothing,
    ending: null,
    stopping: false,
    failure: null,
    finish: null,
    paused: null,
    hard: false,
  };
}

function outside(node: string, output: Json): NodeState {
  return { node, status: 'completed', scope: ROOT, at: {}, needs: [], output };
}

function addOuterItem(draft: Draft, seed: ShardSeed, map: string, item: Json): void {
  const index = seed.at[map] ?? 0;
  const { maps } = planNode(draft, map);
  const address = maps.map((outer) => `${outer}[${seed.at[outer] ?? 0}]/`).join('') + map;
  const state = { items: [item], from: index, shardSize: null, units: 1, opened: 1, maxUnits: 1 };
  draft.nodes[address] = { ...outside(map, null), map: state };
}

function take(draft: Draft, event: Event): void {
  switch (event.type) {
    case 'cancel':
      letGo(draft);
      // What is done in any case is done after a cancellation too.
      if (!draft.finish) bringToEnd(draft, { status: 'cancelled', reason: event.reason, failure: null });
      return;
    case 'breathed':
      draft.batch = 0;
      draft.breathing = false;
      return;
    case 'paused':
    case 'resumed':
    case 'ended-hard':
    case 'node-cancelled':
    case 'hurried':
    case 'given':
      takeIntervention(draft, event);
      return;
    default:
      takeNodeEvent(draft, event);
  }
}

function takeNodeEvent(draft: Draft, event: NodeEvent): void {
  const node = draft.nodes[event.address];
  if (!node) return;
  if (event.type === 'reused' || event.type === 'absent') {
    takeReused(draft, event);
    return;
  }
  const isLeaf = isRunningLeaf(draft.index, node);
  if (event.type === 'time') takeTime(draft, event);
  else if (event.type === 'woke') wake(draft, event.address, event.until);
  else if (event.type === 'answered') {
    if (asksPerson(node)) answer(draft, event);
  } else if (isLeaf && event.type === 'completed') takeOutput(draft, event.address, event.output);
  else if (isLeaf && event.type === 'failed') takeFailure(draft, event.address, event.failure);
  else if (isLeaf && event.type === 'cancelled') stopped(draft, event.address);
}

function takeOutput(draft: Draft, address: string, output: Json): void {
  const state = nodeAt(draft, address);
  // A step's execution has recorded its output; a called run recorded its own, not the node's.
  if (planNode(draft, state.node).node.kind === 'call') {
    const size = sizeOf(output);
    if (size > MAX_LIST_SIZE) {
      const message = `The value of ${address} has ${size} characters, ${MAX_LIST_SIZE} at most.`;
      fail(draft, address, failureOf(perennialError('PER_FLOW_004', message)));
      return;
    }
    note(draft, address, { status: 'completed', output });
  }
  complete(draft, address, output);
}

function takeFailure(draft: Draft, address: string, failure: Failure): void {
  const { shard, scope } = nodeAt(draft, address);
  // A rejection inside a shard is one of the run.
  if (shard && failure.type === 'PER_FLOW_005' && !draft.finish && !isTolerated(draft, scope)) {
    bringToEnd(draft, { status: 'rejected', reason: failure.message, failure });
  }
  fail(draft, address, failure);
}

function answer(draft: Draft, event: Extract<Event, { type: 'answered' }>): void {
  const { by, approved, note: words, at, answer: given } = event.answer;
  const { node: asked } = planNode(draft, nodeAt(draft, event.address).node);
  const more = asked.kind === 'approval' && asked.answer !== undefined ? { answer: given ?? null } : {};
  const output = { approved, by, note: words, at, ...more };
  note(draft, event.address, { status: 'completed', output });
  const { node, scope } = nodeAt(draft, event.address);
  if (approved || draft.index.branchedOn.has(node)) {
    complete(draft, event.address, output);
    return;
  }
  const reason = `${event.address} was rejected by ${by}${words ? `: ${words}` : ''}.`;
  const failure = failureOf(perennialError('PER_FLOW_005', reason));
  if (draft.finish || isTolerated(draft, scope)) {
    fail(draft, event.address, failure);
    return;
  }
  complete(draft, event.address, output);
  bringToEnd(draft, { status: 'rejected', reason, failure });
}

/** A step was cancelled: as asked, when the run is coming to its end; else by somebody else, which fails it. */
function stopped(draft: Draft, address: string): void {
  if (draft.ending) cancel(draft, address);
  else fail(draft, address, failureOf(perennialError('PER_FLOW_006', `${address} was cancelled.`)));
}

/** Does everything that can be done without waiting. */
function proceed(draft: Draft): Advance {
  do {
    while (!draft.ending) {
      const key = draft.closed.shift();
      if (key !== undefined) endOwner(draft, key);
      else if (!startReady(draft)) break;
    }
    if (draft.ending) stopAll(draft);
  } while (isOver(draft) && goesOn(draft));
  return { state: stateOf(draft), commands: draft.commands };
}

/** All has ended: a final body comes next, or the run is over. */
function goesOn(draft: Draft): boolean {
  if (!draft.finish) conclude(draft);
  if (draft.paused && draft.finish?.left.length) return false;
  if (openNext(draft)) return true;
  end(draft);
  return false;
}

/** Starts what is ready and gives up what cannot become ready. False when there was neither. */
function startReady(draft: Draft): boolean {
  const waiting: string[] = [];
  const before = draft.pending;
  draft.pending = [];
  for (const address of before) {
    const readiness = draft.ending ? 'waits' : readinessOf(draft, address);
    if (readiness === 'waits') waiting.push(address);
    else if (readiness !== 'ready') giveUp(draft, address, readiness.cause);
    else if (draft.paused || !tryToStart(draft, address)) waiting.push(address);
  }
  const changed = waiting.length < before.length;
  // Nodes of scopes opened meanwhile come after those that wait longer.
  draft.pending = [...waiting, ...draft.pending];
  return changed;
}

/** Whether a node may start; with a cause, or without one that is known, it never will. */
function readinessOf(draft: Draft, address: string): 'ready' | 'waits' | { readonly cause: Cause | undefined } {
  let ready = true;
  for (const need of nodeAt(draft, address).needs) {
    const { status, cause } = nodeAt(draft, need);
    if (status === 'failed' || status === 'cancelled') return { cause };
    if (status !== 'completed') ready = false;
  }
  return ready ? 'ready' : 'waits';
}

/** False: it has to wait for the next message, since this one is full. */
function tryToStart(draft: Draft, address: string): boolean {
  try {
    return startNode(draft, address);
  } catch (error) {
    fail(draft, address, failureOf(error));
    return true;
  }
}

/** Tells everything under way to stop, once; what has not begun will not. */
function stopAll(draft: Draft): void {
  const cause = draft.ending?.status === 'failed' ? (draft.failure ?? undefined) : undefined;
  for (const address of draft.pending) cancel(draft, address, cause);
  draft.pending = [];
  for (const [address, state] of Object.entries(draft.nodes)) {
    if (state.status === 'waiting') {
      cancel(draft, address);
      draft.commands.push({ type: 'stop', address });
    } else if (isRunningLeaf(draft.index, state) && !draft.stopping) {
      draft.commands.push({ type: 'stop', address });
    }
  }
  draft.stopping = true;
}

/** Whether all nodes have ended that are not of final bodies still to be run. */
function isOver(draft: Draft): boolean {
  if (draft.finish) return draft.hard || isBetween(draft);
  if (!draft.ending) return scopeAt(draft, ROOT).remaining === 0;
  return !Object.values(draft.nodes).some((state) => isRunningLeaf(draft.index, state));
}

function end(draft: Draft): void {
  draft.phase = 'ended';
  const { output, ending } = lastWord(draft);
  const completed = { status: 'completed', output, reason: null, failure: null } as const;
  draft.commands.push({ type: 'end', ...(ending ? { output: null, ...ending } : completed) });
}
