import type { Project } from '../workers/load-project';
import type { CommonOptions } from './frame';
import { resolveSettings } from './settings';

/**
 * Loads the project that the flags, the environment or the current folder name.
 *
 * @throws PER_STACK_007, PER_STACK_102 or PER_STACK_103 (exit code 2) when it cannot be loaded
 */
export async function readProject(flags: Pick<CommonOptions, 'state' | 'project' | 'preview'>): Promise<Project> {
  const { settings } = resolveSettings(flags);
  const { loadProject } = await import('../workers/load-project.js');
  return loadProject(settings.project, settings.state);
}
