import { type OpenedResources, openResources } from '../activities/run-step/resources';
import { standardSteps } from '../activities/standard';
import { resourcesOf } from '../core/define/resource';
import type { GivenResource } from '../store/resource-values';
import type { Project } from './load-project';

/**
 * Opens the resources that the steps of a pool need. What is missing or wrong is found now, not by the first run.
 *
 * @throws PER_RUN_060 PER_RUN_061, naming resource and field; PER_DEF_009 when two resources share a name
 */
export async function openPoolResources(
  project: Pick<Project, 'pipelines' | 'workflows' | 'steps'>,
  pool: string,
  given: ReadonlyMap<string, GivenResource>,
): Promise<OpenedResources> {
  const implementations = [...(await project.steps(pool)), ...standardSteps];
  const steps = implementations
    .flatMap(({ contracts }) => Object.values(contracts))
    .filter((contract) => contract.pool === pool);
  const declared = resourcesOf([...steps, ...project.pipelines, ...project.workflows]);
  return openResources(steps, declared, Object.fromEntries([...given].map(([name, { value }]) => [name, value])));
}
