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
export function statusText({ status, reason, paused, waits_for: pools }: RunRow): string {
  if (status !== 'running') return reason === null ? status : `${status}: ${reason}`;
  return [status, ...(paused === null ? [] : [saying('paused', paused)]), ...(pools ?? []).map(poolText)].join(', ');
}

/** `waits for pool 'gpu': no worker polls it` */
export function poolText(pool: string): string {
  return `waits for pool '${pool}': no worker polls it`;
}

/** What to do about a run that is held up; empty: nothing. */
export function heldUp({ id, status, paused, waits_for: pools }: RunRow): string {
  if (status !== 'running') return '';
  const going = paused === null ? [] : [`It goes on with: perennial resume ${id}`];
  const starting = (pools ?? []).map((pool) => `Start a worker of '${pool}': perennial worker --pool ${pool}`);
  return [...going, ...starting].join('\n');
}
