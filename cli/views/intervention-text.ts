import type { InterventionRow } from '../../store/interventions/intervention-row';
import type { RunRow } from '../../store/runs/run-row';
import { saying } from '../../core/interpret/intervention';
import { table } from '../frame';

const DONE: { readonly [action in InterventionRow['action']]: string } = {
  pause: 'paused',
  resume: 'resumed',
  cancel: 'cancelled',
  'cancel-node': 'cancelled',
  'retry-now': 'tried at once',
  skip: 'skipped, with a given output',
};

/** What people did, one a line. */
export function interventionTable(interventions: readonly InterventionRow[], width: number | null = null): string {
  if (interventions.length === 0) return '';
  const rows = interventions.map((did) => [did.at, did.by, doneText(did), did.node ?? 'the run', did.reason]);
  return table(['when', 'who', 'did', 'what', 'why'], rows, width);
}

/** A wait that is skipped is given no output: it has its own. */
function doneText({ action, detail }: InterventionRow): string {
  const isStep = detail !== null && typeof detail === 'object' && 'output' in detail;
  return action === 'skip' && !isStep ? 'skipped' : DONE[action];
}

/** A run's status in a word, and what holds it up: `running, paused by ana: the lake moves`. */
export function statusText(run: RunRow): string {
  const { status, reason, paused } = run;
  if (status !== 'running') return reason === null ? status : `${status}: ${reason}`;
  return [status, ...(paused === null ? [] : [saying('paused', paused)]), ...waitsTexts(run)].join(', ');
}

/** `waits for pool 'gpu': no worker polls it`, or, where the run is pinned, none of its build. */
export function waitsTexts({ waits_for: pools, pinned_to: build }: RunRow): string[] {
  const who = build === null ? 'no worker' : `no worker of its build, ${build},`;
  return (pools ?? []).map((pool) => `waits for pool '${pool}': ${who} polls it`);
}

/** What to do about a run that is held up; empty: nothing. */
export function heldUp({ id, status, paused, waits_for: pools, pinned_to: build }: RunRow): string {
  if (status !== 'running') return '';
  const going = paused === null ? [] : [`It goes on with: perennial resume ${id}`];
  const of = build === null ? '' : ` of the build ${build}`;
  const starting = (pools ?? []).map((pool) => `Start a worker of '${pool}'${of}: perennial worker --pool ${pool}`);
  const moving =
    starting.length === 0 || build === null ? [] : [`Or let the current build go on: perennial deploy move ${id}`];
  return [...going, ...starting, ...moving].join('\n');
}
