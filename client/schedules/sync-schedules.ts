import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import { temporalFailure } from '../temporal-errors';
import { type DescribedSchedule, findSchedules } from './found';
import { planSchedules, type ScheduleChange } from './plan-schedules';
import { type Scheduled, type WantedSchedule, wantedSchedules } from './wanted';

/** Temporal's schedules beside the code's. */
export interface ScheduleLook {
  readonly changes: readonly ScheduleChange[];
  readonly found: readonly DescribedSchedule[];
  /** Makes one change. Those of kind `none` and `taken` do nothing. */
  apply(change: ScheduleChange): Promise<void>;
}

/**
 * Compares Temporal's schedules with what a project declares. Changes nothing before `apply` is called.
 *
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function lookAtSchedules(
  { temporal }: { readonly temporal: Client },
  project: Scheduled,
): Promise<ScheduleLook> {
  const wanted = wantedSchedules(project);
  const found = await asked(() =>
    findSchedules(
      temporal,
      wanted.map(({ id }) => id),
    ),
  );
  return {
    found,
    changes: planSchedules(wanted, found),
    apply: (change) =>
      asked(() =>
        applyChange(
          temporal,
          change,
          wanted.find(({ id }) => id === change.schedule),
        ),
      ),
  };
}

/**
 * Creates the schedules that are missing and puts right those that differ, as every worker does. Whether one is paused stays as
 * the operator left it; one that the project does not declare stays too.
 *
 * @returns what was found, and of `changes` all; those of kind `create` and `update` are made
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function ensureSchedules(
  connection: { readonly temporal: Client },
  project: Scheduled,
): Promise<ScheduleLook> {
  const look = await lookAtSchedules(connection, project);
  for (const change of look.changes) if (change.change !== 'delete') await look.apply(change);
  return look;
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw temporalFailure(error);
  }
}

async function applyChange(temporal: Client, { schedule, change }: ScheduleChange, wanted?: WantedSchedule) {
  const handle = temporal.schedule.getHandle(schedule);
  if (change === 'delete') {
    await handle.delete().catch((error: unknown) => {
      // Somebody else was faster.
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
  }
  if (change === 'create' && wanted) {
    await temporal.schedule.create(wanted.options).catch((error: unknown) => {
      // Another worker was faster; the next look tells whether it has made the same.
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    });
  }
  if (change === 'update' && wanted) {
    const { spec, action, policies } = wanted.options;
    await handle.update(({ state: { paused, note } }) => ({
      spec,
      action: { ...action, workflowId: action.workflowId ?? schedule },
      ...(policies === undefined ? {} : { policies }),
      state: { paused, ...(note === undefined ? {} : { note }) },
    }));
  }
}
