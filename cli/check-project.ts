import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standardSteps } from '../activities/standard';
import { loadProject, type Project } from '../workers/load-project';
import { checkLoaded, stepsOfPool } from '../workers/pool-steps';

/**
 * Loads a project as workers do, with the code of some pools, and leaves nothing behind: what is wrong with it is told
 * before a server is started for it.
 *
 * @param folder that of perennial.config.ts
 * @returns its pipelines
 * @throws PER_STACK_007, PER_STACK_102 or PER_STACK_103 when it cannot be loaded, PER_DEF_009, PER_DEF_013, PER_DEF_014
 */
export async function refuseFaultyProject(folder: string, pools: readonly string[]): Promise<Project['pipelines']> {
  const bundles = mkdtempSync(join(tmpdir(), 'perennial-check-'));
  try {
    const project = await loadProject(folder, bundles);
    await countSteps(project, pools);
    return project.pipelines;
  } finally {
    rmSync(bundles, { recursive: true, force: true });
  }
}

/**
 * How many steps have code in some pools.
 *
 * @throws PER_DEF_014 when one that is asked for has none: its worker would refuse to start
 */
export async function countSteps(project: Project, pools: readonly string[]): Promise<number> {
  let count = 0;
  for (const pool of pools) {
    const steps = stepsOfPool([...(await project.steps(pool)), ...standardSteps], pool);
    checkLoaded(project, { pool, steps });
    count += steps.length;
  }
  return count;
}
