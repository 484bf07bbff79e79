import { jsonDigest } from '../../store/plans/json-digest';
import type { Project } from '../load-project';
import { WORKFLOW_POOL } from '../tuning';

/** Of a project, what tells which code the workers of a pool run. */
export type CodedProject = Pick<Project, 'steps' | 'codeOf' | 'definitions'>;

/**
 * A digest of the project's code that workers of a pool run: that of its steps, and on the workflows' pool the definitions
 * too, whose schemas configs and answers are held against. While it is the same, a worker need not load the project anew.
 *
 * @throws PER_STACK_103 when the code of a step cannot be loaded
 */
export async function poolCode(project: CodedProject, pool: string): Promise<string> {
  const steps = (await project.steps(pool)).map((one) => project.codeOf(one).digest).sort();
  return jsonDigest({ steps, definitions: pool === WORKFLOW_POOL ? project.definitions : null });
}
