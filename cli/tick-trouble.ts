import { isPerennialError } from '../core/errors';
import type { CommonOptions } from './frame';
import { withTemporal } from './open';

/** Where Temporal is unknown or silent. */
const SILENT: readonly string[] = ['PER_STACK_008', 'PER_STACK_009'];

/**
 * What has gone wrong with the ticks of a pipeline's schedule, a sentence each: missed ones, skipped ones, that it is paused. What
 * else is told stands in the records, so a Temporal that does not answer is told as well, and is no failure.
 */
export async function tickTrouble(
  flags: Pick<CommonOptions, 'state' | 'project'>,
  pipeline: string,
): Promise<readonly string[]> {
  try {
    return await withTemporal(flags, async (temporal) => {
      const [{ findSchedule }, { trouble }, { pipelineScheduleId }] = await Promise.all([
        import('../client/schedules/found.js'),
        import('../client/schedules/trouble.js'),
        import('../client/schedules/wanted.js'),
      ]);
      const found = await findSchedule(temporal, pipelineScheduleId(pipeline)).catch(silence);
      return found === null ? [] : trouble(found);
    });
  } catch (error) {
    if (!isPerennialError(error) || !SILENT.includes(error.code)) throw error;
    return [`Temporal does not answer: whether ticks of ${pipeline} were missed is not known.`];
  }
}

async function silence(error: unknown): Promise<never> {
  const { temporalFailure } = await import('../client/temporal-errors.js');
  throw temporalFailure(error);
}
