import type { GivenAnswer } from '../plan/approval';
import type { Json } from '../plan/json';
import type { EndStatus } from '../plan/run-end';
import type { Actor, Paused } from './intervention';

export type { EndStatus };

/** What went wrong at a node, as records and notes keep it. */
export interface Failure {
  /** A stable code, or the name of the error class of a step's code. */
  readonly type: string;
  readonly message: string;
  readonly fault: 'user' | 'engine';
  readonly retryable: boolean;
}

/** A failure, and the address of the node that failed. */
export interface Cause {
  readonly address: string;
  readonly failure: Failure;
}

/** Which item of each enclosing map a node belongs to. */
export type Indices = { readonly [map: string]: number };

/** A node in a run, or a shard of a map. Nothing here but JSON. */
export interface NodeState {
  /** Id in the plan; of its map, for a shard. */
  readonly node: string;
  readonly status: 'pending' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';
  /** Key of the scope that it belongs to. */
  readonly scope: string;
  readonly at: Indices;
  /** Addresses that must have completed before it starts. */
  readonly needs: readonly string[];
  readonly output?: Json;
  /** Set on what has failed, or will not run: what failed, here, inside, or before. */
  readonly cause?: Cause;
  readonly map?: MapState;
  /** Set on a shard: which items of its map it runs. */
  readonly shard?: { readonly from: number; readonly count: number };
  /** What an approval shows. */
  readonly show?: Json;
  /** The moment that a wait which has begun waits for: ISO 8601, UTC. */
  readonly until?: string;
  /** Whether the records were asked for an output to reuse: without an answer yet, or they have none. */
  readonly reuse?: 'asked' | 'absent';
}

/** How far a map is. A unit is an item, or a shard of items run by a child workflow. */
export interface MapState {
  readonly items: readonly Json[];
  /** Index of the first of `items`: above 0 only inside a shard. */
  readonly from: number;
  /** Items a shard; null: items run in this workflow. */
  readonly shardSize: number | null;
  readonly units: number;
  /** Units opened so far. */
  readonly opened: number;
  readonly maxUnits: number;
  /** Failures of items that the map tolerates, by index. */
  readonly failures?: { readonly [index: number]: Failure };
}

/** A set of nodes that end together: the whole plan, a branch's arm, the units of a map, or one item. */
export interface ScopeState {
  /** Address of the node that ends with it; null: the run does. */
  readonly owner: string | null;
  readonly remaining: number;
  readonly failed: boolean;
  /** The first failure inside, where a map tolerates it. */
  readonly failure?: Failure;
  /** What failed first: inside, or before what is inside. */
  readonly cause?: Cause;
}

/** What is left to do after all nodes but those of final bodies have ended. */
export interface Finish {
  readonly output: Json;
  /** null: completed. */
  readonly ending: Ending | null;
  /** Final bodies still to be run, by id, in their order. */
  readonly left: readonly string[];
  /** The first failure in a final body: it fails a run that has not failed before. */
  readonly failure: Cause | null;
}

/** Why a run comes to an end before all its nodes have ended. */
export interface Ending {
  readonly status: Exclude<EndStatus, 'completed'>;
  readonly reason: string;
  readonly failure: Failure | null;
}

/** Everything the interpreter knows of a run: plain JSON. The plan is handed in beside it. */
export interface RunState {
  readonly phase: 'running' | 'ended';
  /** The map whose items this is a shard of; null for a whole run. */
  readonly goal: string | null;
  readonly config: Json;
  /** Ids of nodes whose output may be reused from another run: the records are asked before one starts. */
  readonly reuse: readonly string[];
  readonly nodes: { readonly [address: string]: NodeState };
  readonly scopes: { readonly [key: string]: ScopeState };
  /** Addresses of nodes that wait for others, in the order in which they came to be. */
  readonly pending: readonly string[];
  /** Nodes executed or handed to a shard so far. */
  readonly executions: number;
  /** Bytes of what was handed out since the last breath: all of it may travel in one message. */
  readonly batch: number;
  /** True while that message is being sent: nothing more is handed out before the event `breathed`. */
  readonly breathing: boolean;
  /** Set when nodes are being stopped. */
  readonly ending: Ending | null;
  /** True once everything under way has been told to stop. */
  readonly stopping: boolean;
  /** The first failure that the others were allowed to finish after. */
  readonly failure: Cause | null;
  /** Set while final bodies run. */
  readonly finish: Finish | null;
  /** Set while a person holds the run up: nothing starts. */
  readonly paused: Paused | null;
  /** True once a person no longer waits for what runs: nothing more is begun, final bodies neither. */
  readonly hard: boolean;
}

/** What happened. Events about nodes that are not under way change nothing. */
export type Event =
  | NodeEvent
  | InterventionEvent
  | { readonly type: 'cancel'; readonly reason: string }
  /** What was handed out has been sent: the answer to the command `breathe`. */
  | { readonly type: 'breathed' };

/** What happened at one node. */
export type NodeEvent =
  | { readonly type: 'completed'; readonly address: string; readonly output: Json }
  | { readonly type: 'failed'; readonly address: string; readonly failure: Failure }
  | { readonly type: 'cancelled'; readonly address: string }
  | { readonly type: 'answered'; readonly address: string; readonly answer: GivenAnswer }
  /** The answer to `tell-time`: ms since 1970. */
  | { readonly type: 'time'; readonly address: string; readonly now: number }
  /** The moment that a wait has slept for; the one that the records have, when it is over by them. */
  | { readonly type: 'woke'; readonly address: string; readonly until?: string }
  /** The records' answer about a node of the run that this one repeats. */
  | { readonly type: 'reused'; readonly address: string; readonly output: Json }
  | { readonly type: 'absent'; readonly address: string };

/** What a person did. */
export type InterventionEvent =
  | ({ readonly type: 'paused' } & Paused)
  | { readonly type: 'resumed' }
  /** What runs is no longer waited for; final bodies run (unless they run already), or not even those. */
  | { readonly type: 'ended-hard'; readonly reason: string; readonly final: boolean }
  /** A node, or an item of a map. */
  | ({ readonly type: 'node-cancelled'; readonly address: string } & Actor)
  /** A step that waits out its back-off is to be tried at once. */
  | { readonly type: 'hurried'; readonly address: string }
  /** A step's output, in place of an execution's. Of a wait, whose output is its own: it is over. */
  | { readonly type: 'given'; readonly address: string; readonly output: Json };

/** What a shard of a map is started with, beside plan and run: everything of the outside that its items read. */
export interface ShardSeed {
  /** The map's id and its address. */
  readonly map: string;
  readonly address: string;
  readonly at: Indices;
  readonly from: number;
  readonly items: readonly Json[];
  readonly maxParallel: number | null;
  readonly config: Json;
  /** Outputs of outer nodes, by address. */
  readonly outputs: { readonly [address: string]: Json };
  /** Items of the outer maps that enclose it, by the map's id. */
  readonly outerItems: { readonly [map: string]: Json };
}
