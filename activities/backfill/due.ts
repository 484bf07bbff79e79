import type { RunInput } from '../../core/interpret/activity';
import { perennialError } from '../../core/errors';
import { newestBefore } from '../../core/partitions/partition';
import { type BackfillDependencies, decide, knownPipeline } from './take';

/**
 * What a tick of a pipeline's schedule is about: the newest partition that was over then. null: it is done, or there is none yet.
 *
 * @param tick ISO 8601; of a tick that comes late, when it was due
 * @throws PER_RUN_012 the pipeline is gone, PER_RUN_120 it has no partitions by time (any more)
 */
export async function duePartition(
  dependencies: BackfillDependencies,
  { pipeline: name, tick }: { readonly pipeline: string; readonly tick: string },
): Promise<{ readonly run: string; readonly input: RunInput | null } | null> {
  const { partitions } = knownPipeline(dependencies.pipelines, name);
  if (partitions === null || partitions.kind === 'keys') {
    throw perennialError('PER_RUN_120', `${name} has no partitions by time that a tick could be about.`);
  }
  const key = newestBefore(partitions, Date.parse(tick))?.key;
  if (key === undefined) return null;
  const about = { pipeline: name, config: {}, missing_only: true };
  const [decided] = await decide(dependencies, about, [key]);
  if (!decided || decided.what.do === 'keep') return null;
  return { run: decided.what.run, input: decided.input };
}
