import { perennialError } from '../errors';
import type { Values } from '../expr/evaluate';
import type { Json } from '../plan/json';
import type { NodeNote } from './activity';
import type { Command } from './command';
import type { IndexedNode, IndexedPlan } from './index-plan';
import type { Indices, MapState, NodeState, RunState, ScopeState } from './state';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * One step of the interpreter under way: a state that may be written, and the commands so far. Nodes and scopes are
 * replaced, never changed, so a state whose maps of them were copied first stays as it was.
 */
export interface Draft extends Omit<Writable<RunState>, 'nodes' | 'scopes' | 'pending'> {
  readonly index: IndexedPlan;
  readonly nodes: Record<string, NodeState>;
  readonly scopes: Record<string, ScopeState>;
  pending: string[];
  readonly commands: Command[];
  /** Keys of scopes in which all has ended and whose owner does not know yet. */
  readonly closed: string[];
}

/** A copy of a state, to write on. */
export function draftOf(index: IndexedPlan, state: RunState): Draft {
  return draftOver(index, { ...state, nodes: { ...state.nodes }, scopes: { ...state.scopes } });
}

/** The state itself, to write on: it is used up. Costs nothing for each node that the run already has. */
export function draftOver(index: IndexedPlan, state: RunState): Draft {
  return { ...state, pending: [...state.pending], index, commands: [], closed: [] };
}

/** The state that a draft has become. */
export function stateOf(draft: Draft): RunState {
  const {
    phase,
    goal,
    config,
    reuse,
    nodes,
    scopes,
    pending,
    executions,
    batch,
    breathing,
    ending,
    stopping,
    failure,
    finish,
    paused,
    hard,
  } = draft;
  return {
    phase,
    goal,
    config,
    reuse,
    nodes,
    scopes,
    pending,
    executions,
    batch,
    breathing,
    ending,
    stopping,
    failure,
    finish,
    paused,
    hard,
  };
}

/** @throws PER_FLOW_009: an address that is not there is the interpreter's own mistake */
export function nodeAt(draft: Draft, address: string): NodeState {
  return draft.nodes[address] ?? lost(`no node at ${address}`);
}

export function planNode(draft: Draft, id: string): IndexedNode {
  return draft.index.nodes.get(id) ?? lost(`no node ${id} in the plan`);
}

export function scopeAt(draft: Draft, key: string): ScopeState {
  return draft.scopes[key] ?? lost(`no scope ${key}`);
}

export function mapAt(draft: Draft, address: string): MapState {
  return nodeAt(draft, address).map ?? lost(`no map at ${address}`);
}

function lost(what: string): never {
  throw perennialError('PER_FLOW_009', `There is ${what}.`);
}

export function change(draft: Draft, address: string, fields: Partial<NodeState>): void {
  draft.nodes[address] = { ...nodeAt(draft, address), ...fields };
}

/**
 * Tells the records about a node what no execution of it does. A shard says nothing of its map, since it knows only a
 * part; and it is no node itself.
 */
export function note(draft: Draft, address: string, what: Omit<NodeNote, 'address' | 'node' | 'kind'>): void {
  if (address === draft.goal || nodeAt(draft, address).shard !== undefined) return;
  const { node } = planNode(draft, nodeAt(draft, address).node);
  draft.commands.push({ type: 'note', note: { address, node: node.id, kind: node.kind, ...what } });
}

/** Address of a node as seen from somewhere: `train`, `per-seed[3]/train`. */
export function addressOf(draft: Draft, id: string, at: Indices): string {
  return prefixOf(planNode(draft, id).maps, at) + id;
}

function prefixOf(maps: readonly string[], at: Indices): string {
  return maps.map((map) => `${map}[${at[map] ?? lost(`no item of ${map} here`)}]/`).join('');
}

/** The values that expressions see from somewhere in the run. */
export function valuesAt(draft: Draft, at: Indices): Values {
  return {
    config: draft.config,
    output: (id) => outputAt(draft, addressOf(draft, id, at)),
    item: (id) => itemOf(draft, id, at),
  };
}

/**
 * Reading what has not completed would be a fault in what nodes wait for: better to fail than to go on with null. But
 * when a run is finishing, what has not completed never will, and final bodies say what they read instead.
 */
function outputAt(draft: Draft, address: string): Json | undefined {
  const node = draft.nodes[address];
  if (node?.status === 'completed') return node.output ?? null;
  // A shard is given every output that there is.
  return draft.finish || (draft.goal !== null && !node) ? undefined : lost(`no output yet at ${address}`);
}

function itemOf(draft: Draft, map: string, at: Indices): Json {
  const { items, from } = mapAt(draft, addressOf(draft, map, at));
  const index = planNode(draft, map).node.kind === 'finally' ? 0 : at[map];
  return items[(index ?? lost(`no item of ${map} here`)) - from] ?? null;
}
