import { allNodes } from '../nodes';
import type { Json } from '../plan/json';
import type { Plan, PlanNode } from '../plan/plan';
import { type Paused, saying } from './intervention';
import { asksPerson, waitingUntil } from './running';
import type { NodeState, RunState } from './state';

/** Answer of the query `status`. */
export interface RunStatus {
  readonly phase: 'running' | 'stopping' | 'ended';
  /** Set while a person holds it up. */
  readonly paused: Paused | null;
  readonly nodes: readonly {
    readonly address: string;
    readonly node: string;
    readonly status: NodeState['status'];
    /** Of a wait under way: ISO 8601, UTC. */
    readonly until?: string;
  }[];
  /** Approvals that wait for an answer, with what they show. */
  readonly waiting: readonly { readonly address: string; readonly show: Json }[];
  /** Shards under way, each a workflow of its own called `<run>/<address>`, with the items of their map. */
  readonly shards: readonly {
    readonly address: string;
    readonly map: string;
    readonly from: number;
    readonly count: number;
  }[];
}

/** What a run is doing. */
export function statusOf(state: RunState): RunStatus {
  const nodes = Object.entries(state.nodes);
  return {
    phase: state.phase === 'ended' ? 'ended' : state.ending ? 'stopping' : 'running',
    paused: state.paused,
    nodes: nodes.map(([address, state]) => {
      const { node, status } = state;
      const until = waitingUntil(state);
      return { address, node, status, ...(until !== undefined && { until }) };
    }),
    waiting: nodes.flatMap(([address, state]) => (asksPerson(state) ? [{ address, show: state.show ?? null }] : [])),
    shards: nodes.flatMap(([address, { shard, scope, status }]) =>
      shard && status === 'running' ? [{ address, map: scope, ...shard }] : [],
    ),
  };
}

/** Temporal keeps 20 KB of a workflow's details. */
const TABLE_LIMIT = 20_000;

/** A Markdown table of a run: one row for each node of the plan, with how many of its uses are in which state. */
export function nodeTable(plan: Plan, state: RunState): string {
  const counts = countStates(state);
  const moments = firstMoments(state);
  const lines = [...headOf(state), '| node | kind | state |', '|---|---|---|'];
  let length = lines.join('\n').length;
  const nodes = allNodes(plan.body);
  for (const [i, node] of nodes.entries()) {
    const line = `| ${node.id} | ${kindOf(plan, node)} | ${describe(counts.get(node.id), moments.get(node.id))} |`;
    const rest = `\n| and ${nodes.length - i} more | | |`;
    if (length + line.length + 1 + rest.length > TABLE_LIMIT) return lines.join('\n') + rest;
    lines.push(line);
    length += line.length + 1;
  }
  return lines.join('\n');
}

function headOf({ paused }: RunState): string[] {
  return paused ? [`**${saying('Paused', paused)}** (since ${paused.at}; nothing new starts)`, ''] : [];
}

type Counts = Map<NodeState['status'], number>;

function countStates(state: RunState): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const { node, status, shard } of Object.values(state.nodes)) {
    if (shard) continue;
    const own = counts.get(node) ?? new Map<NodeState['status'], number>();
    counts.set(node, own.set(status, (own.get(status) ?? 0) + 1));
  }
  return counts;
}

/** The next moment that a use of each wait waits for. */
function firstMoments(state: RunState): Map<string, string> {
  const moments = new Map<string, string>();
  for (const each of Object.values(state.nodes)) {
    const until = waitingUntil(each);
    const before = moments.get(each.node);
    if (until !== undefined && (before === undefined || Date.parse(until) < Date.parse(before)))
      moments.set(each.node, until);
  }
  return moments;
}

function kindOf(plan: Plan, node: PlanNode): string {
  return node.kind === 'step' ? `step on ${plan.steps[node.step]?.pool ?? '?'}` : node.kind;
}

function describe(counts: Counts | undefined, until: string | undefined): string {
  if (!counts) return '';
  const states = [...counts].map(([status, count]) => ({ status, count }));
  const [only] = states;
  if (states.length === 1 && only?.count === 1) return until === undefined ? only.status : `waiting until ${until}`;
  const all = states.map(({ status, count }) => `${count} ${status}`).join(', ');
  return until === undefined ? all : `${all} (the first until ${until})`;
}
