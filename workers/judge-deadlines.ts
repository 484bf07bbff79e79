import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Deadline } from '../core';
import { type Due, duesIn, nextDue } from '../core/deadlines/due';
import { newestBefore } from '../core/partitions/partition';
import type { Partitions } from '../core/partitions/spec';
import { awaitDeadline } from '../store/deadlines/await-deadline';
import type { DeadlineRow } from '../store/deadlines/deadline-row';
import { dropAwaited } from '../store/deadlines/drop-awaited';
import { findAttempt } from '../store/deadlines/find-attempt';
import { findDone } from '../store/deadlines/find-done';
import { judgeDeadline } from '../store/deadlines/judge-deadline';
import { listOpenDeadlines } from '../store/deadlines/list-open-deadlines';
import { noteBack } from '../store/deadlines/note-back';
import { noteGone } from '../store/deadlines/note-gone';
import { newestDeadline } from '../store/deadlines/newest-deadline';
import { repeat } from './repeat';
import type { Service } from './services';

/** Of a pipeline, what has a deadline. */
export interface Bound {
  readonly name: string;
  readonly deadline: Deadline | null;
  readonly partitions: Partitions | null;
}

/** What the judge of deadlines needs. */
export interface DeadlineDependencies {
  readonly db: Pool;
  readonly project: { readonly pipelines: readonly Bound[] };
  readonly log: Logger;
  /** Whether the deadlines are this worker's to judge. Absent: they are. */
  readonly isCurrent?: () => Promise<boolean>;
  /** ms between looks. */
  readonly interval?: number;
}

const INTERVAL = 10_000;
/** Deadlines that came while no worker was there are judged this far back, ms. */
const FURTHEST_BACK = 31 * 86_400_000;
/** Where workers of a build without a deadline look as well, they are taken at their word only when no other has looked for so long, ms. */
const SURE = 60_000;
/** Of a pipeline, in one look. */
const MOST = 100;

/**
 * Judges deadlines by the clock, until it is stopped: whether a run was started has no part in it. Any number of processes may
 * do this at once; one of them tells.
 */
export function startDeadlines(dependencies: DeadlineDependencies): Service {
  const { log, isCurrent, interval = INTERVAL } = dependencies;
  return repeat(
    interval,
    async () => {
      if (isCurrent === undefined || (await isCurrent())) await judgeDeadlines(dependencies, Date.now());
    },
    (error) => {
      log.warn({ err: error }, 'deadlines could not be judged; it is tried again');
    },
  );
}

/**
 * Puts down the deadlines that are to come next, and judges those that have passed. The first one of a pipeline is that which
 * comes after its deadline was seen first; so is that of one which was taken out of the code and comes back.
 *
 * @param now ms since 1970
 */
export async function judgeDeadlines({ db, project, log }: DeadlineDependencies, now: number): Promise<void> {
  const without = project.pipelines.flatMap(({ name, deadline }) => (deadline === null ? [name] : []));
  if (without.length > 0) await noteGone(db, { pipelines: without, now: isoOf(now) });
  for (const { name: pipeline, deadline, partitions } of project.pipelines) {
    if (deadline === null) continue;
    await putDown(db, { pipeline, deadline, partitions }, now);
    const open = await listOpenDeadlines(db, { pipeline, now: isoOf(now), limit: MOST });
    // The oldest first: a run that is late for one does not stand for the next.
    for (const one of open) await judge({ db, log }, one);
  }
}

async function putDown(
  db: Pool,
  { pipeline, deadline, partitions }: { pipeline: string; deadline: Deadline; partitions: Partitions | null },
  now: number,
): Promise<void> {
  const times = timesOf(deadline);
  await noteBack(db, { pipeline, times, since: isoOf(now - SURE) });
  const newest = await newestDeadline(db, pipeline, isoOf(now));
  // What passed while no worker was there is caught up with, but not under other times than it had, nor while it had none.
  const after = newest?.times === times ? Math.max(Date.parse(newest.due), now - FURTHEST_BACK) : now;
  const next = nextDue(deadline, now);
  await dropAwaited(db, { pipeline, now: isoOf(now), but: next.day });
  for (const due of [...duesIn(deadline, after, now), next]) {
    const partition = partitionAt(partitions, due);
    if (partition === undefined) continue;
    await awaitDeadline(db, { pipeline, day: due.day, due: isoOf(due.at), since: isoOf(due.since), partition, times });
  }
}

/** The partition that a deadline is about, the newest that is over then; null: there are none; undefined: none is over yet. */
function partitionAt(partitions: Partitions | null, { at }: Due): string | null | undefined {
  if (partitions === null || partitions.kind === 'keys') return null;
  return newestBefore(partitions, at)?.key;
}

async function judge({ db, log }: Pick<DeadlineDependencies, 'db' | 'log'>, row: DeadlineRow): Promise<void> {
  const { pipeline, day, due, partition, state } = row;
  const about = { pipeline, day, due, ...(partition === null ? {} : { partition }) };
  const done = await findDone(db, row);
  if (done !== null && done.at <= due) {
    const to = { state: 'met', run: done.run, reason: null, resolvedAt: null } as const;
    if ((await judgeDeadline(db, row, to)) && state === 'missed')
      log.info({ ...about, run: done.run }, 'a deadline was met, which is known only now');
    return;
  }
  if (state === 'missed' && done === null) return;
  const reason = row.reason ?? (await reasonOf(db, row));
  const to = { state: 'missed', run: done?.run ?? null, reason, resolvedAt: done?.at ?? null } as const;
  if (!(await judgeDeadline(db, row, to))) return;
  if (state === 'waiting') log.warn({ ...about, reason }, 'a deadline was missed');
  if (done !== null) log.info({ ...about, run: done.run, at: done.at }, 'a missed deadline is done, late');
}

async function reasonOf(db: Pool, row: DeadlineRow): Promise<string> {
  const attempt = await findAttempt(db, row);
  if (attempt === null) return 'no run had started';
  const { run, status } = attempt;
  // By now it has completed, and had not when it was due.
  return status === 'running' || status === 'completed' ? `${run} was still running` : `${run} was ${status}`;
}

function timesOf({ time, weekdays, timezone }: Deadline): string {
  return `${time} ${weekdays.join(',')} ${timezone}`;
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}
