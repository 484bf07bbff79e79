import { builtDigest, readBuild } from '../../store/environment';
import { buildOf } from '../../workers/build-of';
import type { Project } from '../../workers/load-project';
import type { CommonOptions } from '../frame';
import { readProject } from '../read-project';
import type { ToCheck } from './check-deploy';

/** What of a check is the same whatever it is asked about. */
export type CheckParts = Omit<ToCheck, 'open' | 'history' | 'kept'>;

/** The build that this installation and its project make, as a worker of it says. */
export function buildAtHand(project: Pick<Project, 'digest'>): string {
  return buildOf({ engine: builtDigest(), build: readBuild(), versioning: 'pinned' }, project);
}

/**
 * Makes ready for replays against the build at hand, and clears up after `work`.
 *
 * @param options.workflows the code of hand-written workflows; undefined: they are not replayed
 * @param options.before what is to be looked at before anything is bundled, which makes a folder
 */
export async function withCheck<T>(
  flags: Pick<CommonOptions, 'state' | 'project'>,
  options: { readonly workflows?: string | undefined; readonly before?: () => void },
  work: (parts: CheckParts, project: Project) => Promise<T>,
): Promise<T> {
  const project = await readProject(flags);
  options.before?.();
  const bundles = await import('../../workers/replay/bundle-workflows.js');
  const byHand = options.workflows === undefined ? null : await bundles.bundleHandWritten(options.workflows);
  try {
    const { silenceRuntime } = await import('../../workers/replay/replayer.js');
    silenceRuntime();
    const parts: CheckParts = {
      build: buildAtHand(project),
      bundle: bundles.engineBundle(),
      handWritten: { types: project.workflows.map(({ name }) => name), bundle: byHand?.codePath ?? null },
      pipelines: project.pipelines.map(({ name }) => name),
      models: project.models.map(({ name }) => name),
    };
    return await work(parts, project);
  } finally {
    byHand?.drop();
  }
}
