import { resourcesOf } from '../core/define/resource';
import { parseResource } from '../core/define/resource-values';
import { isPerennialError } from '../core/errors';
import { type GivenResource, readResources, variableOf } from '../store/resource-values';
import type { Project } from '../workers/load-project';

/** A resource as this environment has it. Its value is never among this. */
export interface ResourceLook {
  readonly name: string;
  /** The variable or file that its value stands in; null: it has none here. */
  readonly source: string | null;
  /** `unused`: no step of the project's pipelines and hand-written workflows needs it. */
  readonly state: 'ok' | 'missing' | 'refused' | 'unused' | 'unchecked';
  /** What is wrong, with its code; null: nothing. */
  readonly problem: string | null;
}

/**
 * Looks at what the pipelines and hand-written workflows of a project need and what the environment gives, without a word of any value.
 *
 * @param project null: it could not be loaded, and nobody can tell what it needs
 * @throws PER_RUN_061 PER_RUN_062 PER_RUN_063
 */
export async function lookAtResources(
  folder: string,
  project: Pick<Project, 'pipelines' | 'workflows'> | null,
  variables: NodeJS.ProcessEnv = process.env,
): Promise<ResourceLook[]> {
  const given = readResources(folder, variables);
  const needed = resourcesOf(project === null ? [] : [...project.pipelines, ...project.workflows]);
  const looks = needed.map(async (resource): Promise<ResourceLook> => {
    const found = given.get(resource.name);
    const problem = await parseResource(resource, found?.value).then(() => null, problemOf);
    const state = problem === null ? 'ok' : found === undefined ? 'missing' : 'refused';
    return { name: resource.name, source: found?.source ?? null, state, problem };
  });
  const rest = [...given].filter(([name]) => !needed.some((resource) => resource.name === name));
  return [...(await Promise.all(looks)), ...rest.map((one) => surplus(one, project === null))];
}

function surplus([name, { source }]: [string, GivenResource], unchecked: boolean): ResourceLook {
  return { name, source, state: unchecked ? 'unchecked' : 'unused', problem: null };
}

function problemOf(error: unknown): string {
  if (isPerennialError(error)) return `[${error.code}] ${error.detail}`;
  throw error;
}

/** Where a value that is missing would be looked for. */
export function placeOf({ name }: Pick<ResourceLook, 'name'>): string {
  return `${variableOf(name)}, or '${name}' in the file that PERENNIAL_RESOURCES names`;
}
