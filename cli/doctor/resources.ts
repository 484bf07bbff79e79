import type { Project } from '../../workers/load-project';
import { lookAtResources, placeOf, type ResourceLook } from '../resources';
import type { Settings } from '../settings';
import { check, type Finding } from './finding';

/**
 * Whether the resources of the project have values in this environment, which is what workers that are started from here
 * would see. One that is missing is a warning: the workers may run elsewhere, with an environment of their own.
 */
export function checkResources(settings: Pick<Settings, 'project'>, load: () => Promise<Project>): Promise<Finding> {
  return check('resources', 'Mend what is named; docs/RESOURCES.md says how values are given.', async () => {
    // What is wrong with a project is not told here.
    const project = await load().catch(() => null);
    return judgeResources(await lookAtResources(settings.project, project));
  });
}

/** The finding about some resources. */
export function judgeResources(looks: readonly ResourceLook[]): Omit<Finding, 'check'> {
  const refused = looks.filter(({ state }) => state === 'refused');
  if (refused.length > 0) {
    const found = refused.map(({ source, problem }) => `${problem ?? ''} (${source ?? ''})`).join(' ');
    return { status: 'fail', found, fix: 'Give each as JSON in the form of its schema (docs/RESOURCES.md).' };
  }
  const missing = looks.filter(({ state }) => state === 'missing');
  if (missing.length > 0) {
    const found = `no value here: ${missing.map(({ name }) => name).join(', ')}`;
    const places = missing.map(placeOf).join('; ');
    return { status: 'warn', found, fix: `Workers that are started from here refuse to start: set ${places}.` };
  }
  return { status: 'ok', found: looks.map(lineOf).join(', ') || 'none needed', fix: '' };
}

function lineOf({ name, source, state }: ResourceLook): string {
  return `${name} (${source ?? ''}${state === 'unused' ? ', which no step needs' : ''})`;
}
