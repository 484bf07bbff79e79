import type { RunInput } from '../../core/interpret/activity';
import { lostBefore } from '../../core/define/lost-ticks';
import { perennialError } from '../../core/errors';
import { newestBefore } from '../../core/partitions/partition';
import { type BackfillDependencies, decide, knownPipeline } from './take';

/** A run that a tick is to start. */
export interface Due {
  readonly run: string;
  readonly input: RunInput;
}

/**
 * What a tick of a pipeline's schedule is about: the newest partition that was over then. Before it, that of a tick that did
 * not come since clocks were put forward over its time. Not what is done, or what a run works on.
 *
 * @param tick ISO 8601; of a tick that comes late, when it was due
 * @returns oldest first
 * @throws PER_RUN_012 the pipeline is gone, PER_RUN_120 it has no partitions by time (any more)
 */
export async function duePartitions(
  dependencies: BackfillDependencies,
  { pipeline: name, tick }: { readonly pipeline: string; readonly tick: string },
): Promise<Due[]> {
  const { partitions, schedule } = knownPipeline(dependencies.pipelines, name);
  if (partitions === null || partitions.kind === 'keys') {
    throw perennialError('PER_RUN_120', `${name} has no partitions by time that a tick could be about.`);
  }
  const at = Date.parse(tick);
  const lost = schedule === null ? [] : lostBefore(schedule, at).map(({ instant }) => instant);
  const keys = [...lost, at].flatMap((instant) => newestBefore(partitions, instant)?.key ?? []);
  if (keys.length === 0) return [];
  const decided = await decide(dependencies, { pipeline: name, config: {}, missing_only: true }, [...new Set(keys)]);
  return decided.flatMap(({ what, input }) => (what.do === 'keep' || input === null ? [] : [{ run: what.run, input }]));
}
