import { WORKFLOW_POOL } from '../../core/plan/workflow-pool';
import type { BuildUse } from '../deploy/build-use';
import { table } from '../frame';
import { cellsFor } from './narrow';

/** The builds that there are, which of them new runs begin with, and which one is at hand. */
export interface BuildsFound {
  readonly current: string | null;
  readonly atHand: string;
  readonly builds: readonly BuildUse[];
}

/** What is known of builds, for people, with what to do where something waits for nobody. */
export function buildsText(found: BuildsFound, width: number | null): string {
  const { atHand, builds } = found;
  if (builds.length === 0) {
    return (
      'No worker that pins runs has polled yet: `perennial worker --pool cpu` starts one, and its build becomes current. ' +
      'Those of `perennial up` pin none: there is one build at a time.'
    );
  }
  const { moment } = cellsFor(width);
  const rows = builds.map(({ build, state, currentSince, workers, pinned }) => {
    const at = Object.entries(workers).map(([pool, count]) => `${pool}: ${count}`);
    const since = currentSince === null ? null : moment(currentSince);
    return [build, build === atHand ? `${state} *` : state, since, at.join(', ') || 'none', pinned];
  });
  return [table(['build', 'state', 'current since', 'workers', 'pinned'], rows, width), ...advice(found)].join('\n');
}

/** Nothing is advised that would be refused: a build is made current, and moved to, where a worker takes its workflows. */
function advice(found: BuildsFound): string[] {
  const { current, atHand, builds } = found;
  const own = builds.find(({ build }) => build === atHand);
  return [
    own === undefined ? `The build at hand, ${atHand}, has no workers yet.` : '* the build at hand',
    ...aboutCurrent(found),
    ...(own !== undefined && current !== null && own.state === 'unused' && isAtWork(own)
      ? ['New runs begin with the build at hand once it is made current: perennial deploy set-current']
      : []),
    ...builds.filter((one) => one.pinned > 0 && !isAtWork(one)).map((one) => strandedText(one, found)),
    ...builds
      .filter((one) => one.state === 'drained' && one.pinned === 0 && Object.keys(one.workers).length > 0)
      .map(({ build }) => `Nothing is pinned to ${build} any more: its workers may be ended.`),
  ];
}

function aboutCurrent({ current, atHand, builds }: BuildsFound): string[] {
  const now = builds.find(({ build }) => build === current);
  if (now !== undefined && isAtWork(now)) return [];
  const waits =
    current === null
      ? 'None is current, so new runs wait'
      : `New runs begin with ${current} and wait: it has no worker of the pool '${WORKFLOW_POOL}'`;
  const ready = builds.filter(isAtWork);
  const next = ready.find(({ build }) => build === atHand) ?? ready[0];
  if (next !== undefined) {
    const start = current === null ? 'Make one current' : 'Start one, or make another build current';
    return [`${waits}. ${start}: perennial deploy set-current ${next.build}`];
  }
  const then = current === null ? ', then make its build current: perennial deploy set-current' : '';
  return [
    `${waits}. Start one of the build${current === null ? ' that is to be' : ''}: perennial worker --pool ${WORKFLOW_POOL}${then}`,
  ];
}

function strandedText({ build, pinned }: BuildUse, { current, atHand, builds }: BuildsFound): string {
  const waits = `${pinned} pinned to ${build} wait: it has no worker of the pool '${WORKFLOW_POOL}'. Start one`;
  const target = builds.find((one) => one.build === current);
  if (target === undefined || !isAtWork(target) || target.build === build) return `${waits}.`;
  // Moving replays them first, which an installation of that build alone can do.
  const where = current === atHand ? '' : ` (from an installation of ${target.build})`;
  return `${waits}, or move them to the current build${where}: perennial deploy move --from ${build}`;
}

/** Whether a worker takes the workflows of a build. */
function isAtWork({ workers }: BuildUse): boolean {
  return (workers[WORKFLOW_POOL] ?? 0) > 0;
}
