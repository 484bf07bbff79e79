import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import { isPerennialError, type PerennialError, perennialError } from '../../core/errors';
import { temporalFailure } from '../temporal-errors';
import { type DescribedSchedule, findSchedule, findSchedules } from './found';
import { guardedUpdate } from './guarded-update';
import { type FieldDifference, planSchedules, type ScheduleChange } from './plan-schedules';
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
        ).catch((error: unknown) => {
          throw refusal(change.schedule, error);
        }),
      ),
  };
}

/**
 * Creates the schedules that are missing and puts right those that differ, as every worker does. Whether one is paused stays as
 * the operator left it; one that the project does not declare stays too.
 *
 * @returns what was found, and of `changes` all; those of kind `create` and `update` are made, but for what was refused
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function ensureSchedules(
  connection: { readonly temporal: Client },
  project: Scheduled,
): Promise<ScheduleLook & { readonly refused: Refused }> {
  const look = await lookAtSchedules(connection, project);
  const refused = await applyAll(
    look,
    look.changes.filter(({ change }) => change !== 'delete'),
  );
  return { ...look, refused };
}

/** What Temporal refused, by schedule: PER_STACK_065. */
export type Refused = ReadonlyMap<string, PerennialError>;

/**
 * Makes changes, each though Temporal may refuse another.
 *
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function applyAll(look: ScheduleLook, changes: readonly ScheduleChange[]): Promise<Refused> {
  const refused = new Map<string, PerennialError>();
  for (const change of changes) {
    await look.apply(change).catch((error: unknown) => {
      if (!isPerennialError(error) || error.code !== 'PER_STACK_065') throw error;
      refused.set(change.schedule, error);
    });
  }
  return refused;
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw temporalFailure(error);
  }
}

/** What Temporal does not take as it is (INVALID_ARGUMENT) the SDK throws as a TypeError with the server's words. */
function refusal(schedule: string, error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  return perennialError('PER_STACK_065', `Temporal refuses the schedule ${schedule} (${error.message}).`, {
    cause: error,
  });
}

async function applyChange(
  temporal: Client,
  { schedule, change, differences }: ScheduleChange,
  wanted?: WantedSchedule,
) {
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
  if (change === 'update' && wanted) await update(temporal, wanted, differences);
}

/** How often one is updated that others change at the same moment. */
const TRIES = 10;

async function update(
  temporal: Client,
  wanted: WantedSchedule,
  differences: readonly FieldDifference[],
): Promise<void> {
  const { spec, action, policies } = wanted.options;
  for (let tried = 0; tried < TRIES; tried += 1) {
    await guardedUpdate(temporal, wanted.id, ({ state: { paused, note } }) => ({
      spec,
      action: { ...action, workflowId: action.workflowId ?? wanted.id },
      ...(policies === undefined ? {} : { policies }),
      state: { paused, ...(note === undefined ? {} : { note }) },
    }));
    const found = await findSchedule(temporal, wanted.id);
    const left = planSchedules([wanted], found === null ? [] : [found]).flatMap(({ differences }) => differences);
    // What differs as it did before was not written.
    if (JSON.stringify(left) !== JSON.stringify(differences)) return;
  }
  throw perennialError('PER_STACK_065', `The schedule ${wanted.id} was changed by others at each of ${TRIES} tries.`);
}
