import type { CostRow } from '../../store/cost/list-costs';
import type { RunCost } from '../../store/cost/sum-cost';
import type { ExecutionRow } from '../../store/executions/list-executions';
import type { InterventionRow } from '../../store/interventions/intervention-row';
import type { NodeRow, RecordedError } from '../../store/nodes/node-row';
import type { RunRow } from '../../store/runs/run-row';
import type { TriggeredBy } from '../../store/triggers/find-triggered';
import type { SensorEventRow } from '../../store/sensors/sensor-row';
import { sensorText } from '../../core/sensors/sensor';
import { table } from '../frame';
import { approvalText, type ApprovalView } from './approvals';
import { attemptText, newestOf, type Retrying, retryingText } from './attempts';
import { type OffBy, sourceText } from './cache-text';
import { onOneLine, shortened } from './cut';
import { duration, took } from './duration';
import { heldUp, interventionTable, statusText, waitsTexts } from './intervention-text';
import type { NodeUses } from './node-use';
import { cellsFor } from './narrow';
import { shellWord } from './shell-word';

/** Everything that `perennial show` tells of a run. */
export interface RunView {
  readonly run: RunRow;
  /** What a sensor saw that started it; null: no sensor did. */
  readonly sensor: SensorEventRow | null;
  readonly nodes: readonly NodeRow[];
  readonly executions: readonly ExecutionRow[];
  readonly costs: readonly CostRow[];
  readonly cost: RunCost;
  /** What people did to it, the newest hundred, oldest first. */
  readonly interventions: readonly InterventionRow[];
  /** Steps of the run's plan whose contract says `cache: false`. null: the records do not hold the plan. */
  readonly uncached: readonly string[] | null;
  /** What the plan says of single nodes. */
  readonly uses: NodeUses;
  /** Its nodes that wait for their next attempt. */
  readonly retrying: readonly Retrying[];
  /** Its approvals that have asked. */
  readonly approvals: readonly ApprovalView[];
  /** The data set version that started it; null: none did. */
  readonly triggered: TriggeredBy | null;
}

/** A run for people, within the width of a terminal if there is one: what it is, a line for each node, the errors in full, and what waits for a person. */
export function runText(view: RunView, now: Date, width: number | null = null): string {
  return [
    runHeader(view, now),
    heldUp(view.run),
    nodeTable(view, now, width),
    errorLines(view),
    retryLines(view),
    interventionTable(view.interventions, width),
    ...view.approvals.map((approval) => approvalText(approval, view.run.id, now)),
    hint(view),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What started it, where no person and no clock did. */
function startedBy({ triggered, sensor }: Pick<RunView, 'triggered' | 'sensor'>): string | null {
  if (sensor !== null) return `${sensorText(sensor)} saw it at ${sensor.seenAt}`;
  return triggered === null ? null : `${triggered.why}: ${triggered.dataset}, as config.${triggered.into}`;
}

function runHeader({ run, cost, triggered, sensor }: RunView, now: Date): string {
  const time = `${run.started_at}, ${run.ended_at === null ? 'for' : 'took'} ${took(run.started_at, run.ended_at, now)}`;
  const used = `${duration(cost.cpu_ms)} CPU${cost.estimated ? ' (partly estimated)' : ''} in ${cost.executions} executions`;
  const lines: [string, string | null][] = [
    ['run', run.id],
    whatRan(run),
    [
      'model',
      run.model === null ? null : `${run.model}${run.decision_id === null ? '' : `, decision ${run.decision_id}`}`,
    ],
    [run.rerun === null ? 'caller' : 'rerun of', parentText(run)],
    ['because', startedBy({ triggered, sensor })],
    ['payload', sensor === null ? null : onOneLine(sensor.payload, '--json')],
    ['status', statusText(run)],
    ['started', time],
    ['used', used],
    [
      'removed',
      run.executions_removed_at === null ? null : `${removedText(run.executions_removed_at)} What they cost stands.`,
    ],
    ['config', onOneLine(run.config, '--json')],
    ['result', run.status === 'completed' ? onOneLine(run.output, '--json') : null],
  ];
  return lines.flatMap(([name, text]) => (text === null ? [] : [`${name.padEnd(9)}${text}`])).join('\n');
}

function whatRan(run: RunRow): [string, string] {
  const { pipeline, plan_hash: hash, build, pinned_to: pinned, first_temporal_run_id: first } = run;
  const moved = pinned === null || pinned === build ? '' : `, moved to build ${pinned}`;
  const code = `plan ${hash.slice(0, 12)}, build ${buildText(build)}${moved}`;
  return first === null ? ['pipeline', `${pipeline}, ${code}`] : ['workflow', `${pipeline}, hand-written, ${code}`];
}

/** As `perennial deploy builds` names it; a digest alone, which a build was once named by, is cut. */
function buildText(build: string): string {
  return /^[0-9a-f]{64}$/.test(build) ? build.slice(0, 12) : build;
}

function parentText({ parent_run: parent, rerun }: RunRow): string | null {
  if (parent === null || rerun === null) return parent;
  const from = rerun.from === undefined ? '' : `, from ${rerun.from}`;
  return `${parent}${from}${rerun.only === undefined ? '' : `, only ${rerun.only}`}`;
}

function nodeTable(view: RunView, now: Date, width: number | null): string {
  const tagsOf = ({ node }: NodeRow): readonly string[] => view.uses[node]?.tags ?? [];
  const hasTags = view.nodes.some((node) => tagsOf(node).length > 0);
  const hasDevices = view.executions.some(({ device }) => device !== null);
  const rows = view.nodes.map((node) => {
    const executions = view.executions.filter((e) => e.address === node.address).length;
    const cpu = view.costs.filter((c) => c.address === node.address).reduce((sum, c) => sum + c.cpu_ms, 0);
    return [
      node.address,
      kindText(node),
      node.pool,
      stateText(node, now, retryAt(view, node)),
      `+${took(view.run.started_at, node.first_claimed, now)}`,
      took(node.first_claimed, node.ended_at, now),
      executions > 0 ? executions : null,
      executions > 0 ? duration(cpu) : null,
      sourceText(node, offBy(node, view)),
      ...(hasDevices ? [newestOf(node.address, view.executions)?.device ?? null] : []),
      ...(hasTags ? [tagsOf(node).join(' ')] : []),
    ];
  });
  const head = ['node', 'kind', 'pool', 'status', 'began', 'took', 'executions', 'CPU', 'cache'];
  return table([...head, ...(hasDevices ? ['device'] : []), ...(hasTags ? ['tags'] : [])], rows, width);
}

/** `step`, or with the step's name where the node has another: `step share-late`. */
export function kindText(node: NodeRow): string {
  return node.step === null || node.step === node.node ? node.kind : `step ${node.step}`;
}

/** Who switched the cache off, where it was off. */
export function offBy(
  { node, step }: Pick<NodeRow, 'node' | 'step'>,
  { run, uncached, uses }: Pick<RunView, 'run' | 'uncached' | 'uses'>,
): OffBy {
  if (step === null || uncached === null) return null;
  const asked = uses[node]?.cache ?? null;
  const starter = run.rerun?.from === undefined && run.rerun?.only === undefined ? 'run' : 'rerun';
  if (asked !== null) return asked ? starter : 'node';
  return uncached.includes(step) ? 'step' : starter;
}

function errorLines(view: RunView): string {
  return view.nodes
    .flatMap((node) => {
      const { address, error } = node;
      // What failed inside, or before, has a line of its own.
      if (error === null || error.of !== undefined) return [];
      const retry = retryAt(view, node);
      const which = retry === null ? '' : ` ${attemptText(retry.attempt, retry.attempts)} failed:`;
      return [`${address}:${which} ${error.message} (${error.type}, ${error.fault} fault)`, ...placeLine(error)];
    })
    .join('\n');
}

/** Where in the project's code it was thrown, on a line below it. */
export function placeLine({ at }: RecordedError): string[] {
  return at === undefined ? [] : [`  at ${at}`];
}

function retryLines({ run, retrying }: RunView): string {
  return retrying
    .map(({ address }) => `To try ${address} now: perennial retry-now ${run.id} ${shellWord(address)}`)
    .join('\n');
}

function retryAt({ retrying }: RunView, { address }: NodeRow): Retrying | null {
  return retrying.find((each) => each.address === address) ?? null;
}

/** The moment that a wait still waits for; null: it does not, or is none. */
export function waitsUntil({ kind, status, input }: NodeRow): string | null {
  if (kind !== 'wait' || status !== 'waiting' || input === null || typeof input !== 'object') return null;
  return 'until' in input && typeof input.until === 'string' ? input.until : null;
}

/**
 * `running`, `waiting until 2026-03-01T06:00:00.000Z`, `retrying, next attempt at 2026-03-01T06:00:00.000Z`,
 * `failed: gate/train: no rows` of what stands around a failure, `not run, since extract failed` of what waited for one.
 */
export function stateText(node: NodeRow, now: Date, retrying: Retrying | null): string {
  if (retrying !== null) return retryingText(retrying, now);
  const because = becauseOf(node);
  if (because !== null) return shortened(because, LONGEST_REASON);
  const until = waitsUntil(node);
  return until === null ? node.status : `${node.status} until ${until}`;
}

/** What to say of a node that ended as it did because another one failed; null: it did not. */
export function becauseOf({ status, error }: NodeRow): string | null {
  if (error?.of === undefined) return null;
  if (status === 'failed') return `failed: ${error.message}`;
  return status === 'cancelled' ? error.message : null;
}

/** The command that does not wait for the end of a wait, as a shell takes it. */
export function skipCommand({ run_id, address }: NodeRow): string {
  return `perennial skip ${run_id} ${shellWord(address)} --reason <text>`;
}

/** What retention has removed of a run. */
export function removedText(at: string): string {
  return `Its executions were removed by retention (${at}).`;
}

function hint({ run, nodes }: RunView): string {
  if (nodes.length === 0) return '';
  return [
    `A node's input, output, artifacts and executions: perennial show ${run.id} --node <node>`,
    `What its steps have logged: perennial logs ${run.id} [node]${run.status === 'running' ? ' --follow' : ''}`,
  ].join('\n');
}

/** A run as it is listed; with the data set version that started it, if one did. */
export type ListedRun = RunRow & { readonly triggered?: TriggeredBy | null };

/** Runs for people, one a line, or within the width of a terminal. */
export function runsText(runs: readonly ListedRun[], now: Date, width: number | null = null): string {
  if (runs.length === 0) return 'No runs.';
  const cells = cellsFor(width);
  const areTriggered = runs.some(({ triggered }) => triggered);
  const rows = runs.map((run) => [
    run.id,
    run.pipeline,
    run.status === 'running' && run.paused ? 'running, paused' : run.status,
    run.model,
    run.parent_run,
    cells.moment(run.started_at),
    took(run.started_at, run.ended_at, now),
    reasonOf(run, width),
    ...(areTriggered ? [run.triggered?.why ?? null] : []),
  ]);
  const head = ['run', 'pipeline', 'status', 'model', 'parent', 'started', 'took', 'reason'];
  return table([...head, ...(areTriggered ? ['because'] : [])], rows, width);
}

/** In a terminal no more than a line or two of it: `perennial show` has all. */
function reasonOf(run: RunRow, width: number | null): string | null {
  const text = run.reason ?? (waitsTexts(run).join(', ') || null);
  return text === null || width === null ? text : shortened(text, LONGEST_REASON);
}

const LONGEST_REASON = 72;
