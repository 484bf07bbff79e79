import { type Client, ScheduleNotFoundError } from '@temporalio/client';
import { perennialError } from '../core/errors';
import { modelScheduleId } from './schedules/wanted';
import { temporalFailure } from './temporal-errors';

/**
 * Makes a model's schedule tick now, as if its time had come: it reports its cause once. Temporal names what a tick
 * starts by the second, so two calls within one second are one tick.
 *
 * @throws PER_KEEP_006 when the model has no schedule, PER_STACK_009 when Temporal does not answer
 */
export async function tickNow(connection: { readonly temporal: Client }, model: string): Promise<void> {
  try {
    // The tick of a moment ago may not have ended yet; one pressed by hand is not skipped for it.
    await connection.temporal.schedule.getHandle(modelScheduleId(model)).trigger('ALLOW_ALL');
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) {
      throw perennialError('PER_KEEP_006', `Temporal holds no schedule '${modelScheduleId(model)}'.`, { cause: error });
    }
    throw temporalFailure(error);
  }
}
