import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from '../../workers/load-project';
import { countSteps } from '../check-project';
import type { Settings } from '../settings';
import { check, type Finding } from './finding';

/**
 * Whether every step of the project's pipelines has code in its pool: a worker that lacks some refuses to start, and this
 * says so before. It loads the code of every pool, as their workers do.
 */
export function checkStepCode(settings: Pick<Settings, 'project'>, load: () => Promise<Project>): Promise<Finding> {
  const fix = "Add an `implement` of the step to its pool's entry under `steps` in perennial.config.ts.";
  return check('step code', fix, async () => {
    if (!existsSync(join(settings.project, 'perennial.config.ts')))
      return { status: 'skipped', found: `no perennial.config.ts in ${settings.project}`, fix: '' };
    const { standardPools } = await import('../../activities/standard-pools.js');
    const project = await load();
    const pools = [...new Set([...project.pools, ...standardPools])];
    const count = await countSteps(project, pools);
    return { status: 'ok', found: `${count} steps in the pools ${pools.join(', ')}`, fix: '' };
  });
}
