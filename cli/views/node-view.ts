import { saying } from '../../core/interpret/intervention';
import type { ArtifactRow } from '../../store/artifacts';
import type { CacheEntryRow } from '../../store/cache/find-entry';
import type { CostRow } from '../../store/cost/list-costs';
import type { ExecutionRow } from '../../store/executions/list-executions';
import type { NodeRow, RecordedError } from '../../store/nodes/node-row';
import type { RunRow } from '../../store/runs/run-row';
import { table } from '../frame';
import { type ApprovalView, askText } from './approvals';
import { attemptText, newestOf, type Retrying } from './attempts';
import { bytesText } from './bytes';
import { cacheSentence } from './cache-text';
import { cell, inFull } from './cut';
import { duration, took } from './duration';
import { interventionTable } from './intervention-text';
import { kindText, offBy, placeLine, removedText, type RunView, skipCommand, stateText, waitsUntil } from './run-view';
import { shellWord } from './shell-word';

/** An artifact that a node's input or output names; one that is in both is listed for both. */
export interface NodeArtifact extends ArtifactRow {
  readonly side: 'input' | 'output';
}

/** Everything that `perennial show --node` tells of a node. */
export interface NodeView {
  readonly run: RunRow;
  readonly node: NodeRow;
  readonly artifacts: readonly NodeArtifact[];
  readonly executions: readonly ExecutionRow[];
  readonly costs: readonly CostRow[];
  /** The cache entry that keeps its output, its own or the one that was hit; null: none, or a newer one took its place. */
  readonly entry: CacheEntryRow | null;
  readonly uncached: RunView['uncached'];
  readonly uses: RunView['uses'];
  /** Of a step: attempts at most, the first counted. null: it is none, or the records do not hold the plan. */
  readonly attempts: number | null;
  /** Set while it waits for its next attempt. */
  readonly retrying: Retrying | null;
  /** Of an approval that has asked. */
  readonly approval: ApprovalView | null;
  /** What people did to it. */
  readonly interventions: RunView['interventions'];
}

/** A node for people, nothing of it cut. */
export function nodeText(view: NodeView, now: Date, width: number | null = null): string {
  const { node } = view;
  const parts = [
    header(view, now),
    section('input', node.input === null ? '' : inFull(node.input)),
    section('output', node.status === 'completed' ? inFull(node.output) : ''),
    section('error', node.error === null || node.status === 'cancelled' ? '' : errorLines(node.error)),
    section('artifacts', artifactTable(view)),
    section('executions', executionTable(view, now, width) || removedLine(view)),
    section('what people did', interventionTable(view.interventions, width)),
    view.approval === null ? '' : askText(view.approval, now),
    waitsUntil(node) === null ? '' : `To go on now: ${skipCommand(node)}`,
    node.kind === 'step' ? `What it has logged: perennial logs ${view.run.id} ${shellWord(node.address)}` : '',
    view.retrying === null ? '' : `To try it now: perennial retry-now ${view.run.id} ${shellWord(node.address)}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function section(title: string, text: string): string {
  return text === '' ? '' : `${title}\n${text}`;
}

function header(view: NodeView, now: Date): string {
  const { run, node, entry, uses } = view;
  const { tags = [], asks = [] } = uses[node.node] ?? {};
  const spent = took(node.first_claimed, node.ended_at, now);
  const ownOutput = node.kind === 'step' && node.reused_from === null && node.given === null;
  // What has no output yet, or never will, has nothing that the cache could keep.
  const isDone = ownOutput && node.status === 'completed';
  const lines: [string, string | null][] = [
    ['node', `${node.address} (${kindText(node)}${node.pool === null ? '' : `, pool ${node.pool}`})`],
    ['run', run.id],
    ['tags', tags.length === 0 ? null : tags.join(' ')],
    ['asks', asks.length === 0 ? null : asks.join(', ')],
    ['status', statusLine(view, now)],
    ['time', `began ${node.first_claimed}, ${node.ended_at === null ? 'for' : 'took'} ${spent}`],
    ['reused', node.reused_from === null ? null : `It was not executed: ${node.reused_from} did, with this output.`],
    ['given', node.given === null ? null : `It was not executed: its output was ${saying('given', node.given)}.`],
    ['cache', isDone || (ownOutput && node.cache !== null) ? cacheSentence(node.cache, offBy(node, view)) : null],
    ['key', isDone ? keyText(node, entry) : null],
  ];
  return lines.flatMap(([name, text]) => (text === null ? [] : [`${name.padEnd(9)}${text}`])).join('\n');
}

/** `completed`, `running, attempt 2 of 3`, `failed in attempt 3 of 3: it is broken` */
function statusLine({ node, executions, attempts, retrying }: NodeView, now: Date): string {
  const state = stateText(node, now, retrying);
  const newest = newestOf(node.address, executions);
  if (newest === undefined) return state;
  const attempt = attemptText(newest.attempt, attempts);
  const why = node.error === null ? '' : `: ${firstLine(node.error.message)}`;
  if (retrying !== null) return `${state} (${attempt} failed${why})`;
  if (node.status === 'failed') return `${state} in ${attempt}${why}`;
  return node.status === 'running' ? `${state}, ${attempt}` : state;
}

/** All of an error stands under `error`. */
function firstLine(text: string): string {
  return cell(text.split('\n')[0] ?? '');
}

function keyText({ cache }: NodeRow, entry: CacheEntryRow | null): string | null {
  if (entry !== null) {
    const { code, input, environment } = entry.parts;
    return `${entry.key}, of code ${short(code)}, input ${short(input)}, environment ${short(environment)}`;
  }
  const isOff = cache === null || (!cache.hit && cache.differed.includes('off'));
  return isOff ? null : 'no longer there: a later output with the same key has taken its place';
}

function short(digest: string): string {
  return digest.slice(0, 12);
}

function errorLines(error: RecordedError): string {
  return [`  ${errorText(error)}`, ...placeLine(error).map((line) => `  ${line}`)].join('\n');
}

function errorText({ message, type, fault, retryable }: RecordedError): string {
  return `${message} (${type}, ${fault} fault, ${retryable ? 'may be tried again' : 'not tried again'})`;
}

function artifactTable({ artifacts }: NodeView): string {
  if (artifacts.length === 0) return '';
  return table(
    ['of', 'id', 'kind', 'size'],
    artifacts.map(({ side, digest, kind, bytes }) => [side, digest, kind, bytesText(bytes)]),
  );
}

/** Of a step that was executed, and whose executions are gone. */
function removedLine({ run, node }: NodeView): string {
  const isExecuted = node.kind === 'step' && node.fence > 0 && node.reused_from === null;
  return isExecuted && run.executions_removed_at !== null ? `  ${removedText(run.executions_removed_at)}` : '';
}

function executionTable({ executions, costs }: NodeView, now: Date, width: number | null): string {
  if (executions.length === 0) return '';
  const errors = executions.flatMap(({ fence, error }) => (error === null ? [] : [`  ${fence}: ${errorText(error)}`]));
  const hasDevices = executions.some(({ device }) => device !== null);
  const rows = executions.map((e) => {
    const cost = costs.find(({ fence }) => fence === e.fence);
    const cpu = cost === undefined ? null : duration(cost.cpu_ms);
    const times = [e.started_at, e.ended_at, took(e.started_at, e.ended_at, now)];
    const device = hasDevices ? [e.device] : [];
    return [e.fence, e.attempt, e.worker, ...device, ...times, e.outcome ?? 'running', cpu];
  });
  const device = hasDevices ? ['device'] : [];
  const head = ['execution', 'attempt', 'worker', ...device, 'started', 'ended', 'took', 'outcome', 'CPU'];
  return [table(head, rows, width), ...errors].join('\n');
}
