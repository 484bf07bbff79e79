import { withCalled } from '../../core';
import { isPerennialError } from '../../core/errors';
import { poolCode } from '../../workers/code/pool-code';
import { loadProject } from '../../workers/load-project';
import { countSteps } from '../check-project';
import { type Answer, Asked, type Traced } from './traced';

/**
 * The program that traces a project once: it waits for the question with everything loaded, answers, and ends. A process of
 * its own, since what a project's code leaves behind, or never ends, must not stay.
 */
async function trace({ project: folder, state, pools }: Asked): Promise<Traced> {
  const project = await loadProject(folder, state);
  await countSteps(project, pools);
  const coded: [string, string][] = [];
  for (const pool of pools) coded.push([pool, await poolCode(project, pool)]);
  const plans = withCalled(project.pipelines).map(({ name, plan }) => [name, plan] as const);
  return { digest: project.digest, plans: Object.fromEntries(plans), pools: Object.fromEntries(coded) };
}

// What the project throws is told by the lines of its sources.
process.setSourceMapsEnabled(true);
process.once('message', (raw) => {
  const answer = trace(Asked.parse(raw)).then(
    (traced): Answer => ({ traced }),
    (error: unknown): Answer =>
      isPerennialError(error)
        ? { code: error.code, detail: error.detail }
        : { code: null, detail: error instanceof Error ? error.message : String(error) },
  );
  void answer.then((said) => process.send?.(said, () => process.exit(0)));
});
