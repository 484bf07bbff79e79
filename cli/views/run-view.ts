import type { CostRow } from '../../store/cost/list-costs';
import type { RunCost } from '../../store/cost/sum-cost';
import type { ExecutionRow } from '../../store/executions/list-executions';
import type { CacheReason, NodeRow } from '../../store/nodes/node-row';
import type { RunRow } from '../../store/runs/run-row';
import { table } from '../frame';
import { duration, took } from './duration';

/** Everything that `perennial show` tells of a run. */
export interface RunView {
  readonly run: RunRow;
  readonly nodes: readonly NodeRow[];
  readonly executions: readonly ExecutionRow[];
  readonly costs: readonly CostRow[];
  readonly cost: RunCost;
}

/** A run for people: what it is, then a line for each node, then the errors in full. */
export function runText(view: RunView, now: Date): string {
  return [runHeader(view, now), nodeTable(view, now), errorLines(view), nextLines(view)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function runHeader({ run, cost }: RunView, now: Date): string {
  const time = `${run.started_at}, ${run.ended_at === null ? 'for' : 'took'} ${took(run.started_at, run.ended_at, now)}`;
  const used = `${duration(cost.cpu_ms)} CPU${cost.estimated ? ' (partly estimated)' : ''} in ${cost.executions} executions`;
  const lines: [string, string | null][] = [
    ['run', run.id],
    ['pipeline', `${run.pipeline}, plan ${run.plan_hash.slice(0, 12)}, build ${run.build.slice(0, 12)}`],
    [
      'model',
      run.model === null ? null : `${run.model}${run.decision_id === null ? '' : `, decision ${run.decision_id}`}`,
    ],
    ['status', run.reason === null ? run.status : `${run.status}: ${run.reason}`],
    ['started', time],
    ['used', used],
  ];
  return lines.flatMap(([name, text]) => (text === null ? [] : [`${name.padEnd(9)}${text}`])).join('\n');
}

function nodeTable({ run, nodes, executions, costs }: RunView, now: Date): string {
  const rows = nodes.map((node) => {
    const tries = executions.filter((e) => e.address === node.address).length;
    const cpu = costs.filter((c) => c.address === node.address).reduce((sum, c) => sum + c.cpu_ms, 0);
    return [
      node.address,
      node.step === null || node.step === node.node ? node.kind : `step ${node.step}`,
      node.pool,
      node.status,
      cacheText(node.cache),
      `+${took(run.started_at, node.first_claimed, now)}`,
      took(node.first_claimed, node.ended_at, now),
      tries > 0 ? duration(cpu) : null,
      tries > 1 ? tries : null,
    ];
  });
  return table(['node', 'kind', 'pool', 'status', 'cache', 'began', 'took', 'CPU', 'tries'], rows);
}

/** Why a node's output came from the cache, or why it had to run. */
export function cacheText(cache: CacheReason | null): string | null {
  if (cache === null) return null;
  return cache.hit ? `hit, of ${cache.from.run}` : `ran: ${reasons(cache.differed)}`;
}

function reasons(differed: readonly string[]): string {
  const [only] = differed;
  if (differed.length === 1 && only === 'off') return 'cache off';
  if (differed.length === 1 && only === 'first') return 'first time';
  return `other ${differed.join(', ')}`;
}

function errorLines({ nodes }: RunView): string {
  return nodes
    .flatMap(({ address, error }) =>
      error === null ? [] : [`${address}: ${error.message} (${error.type}, ${error.fault} fault)`],
    )
    .join('\n');
}

function nextLines({ run, nodes }: RunView): string {
  return nodes
    .filter((node) => node.kind === 'approval' && node.status === 'waiting')
    .map((node) => `waits for: perennial approve ${run.id} ${node.address}`)
    .join('\n');
}

/** Runs for people, one a line. */
export function runsText(runs: readonly RunRow[], now: Date): string {
  if (runs.length === 0) return 'No runs.';
  const rows = runs.map((run) => [
    run.id,
    run.pipeline,
    run.status,
    run.model,
    run.started_at,
    took(run.started_at, run.ended_at, now),
    run.reason,
  ]);
  return table(['run', 'pipeline', 'status', 'model', 'started', 'took', 'reason'], rows);
}
