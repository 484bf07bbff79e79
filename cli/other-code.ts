import type { Pool } from 'pg';
import { type Pipeline, withCalled } from '../core';
import { WORKFLOW_POOL } from '../core/plan/workflow-pool';
import { listOtherProjects } from '../store/workers/list-other-projects';
import type { Project } from '../workers/load-project';

/** That workers have loaded other code than the project has now. */
export interface OtherCode {
  /** Digest of the project's code as it is now, shortened. */
  readonly project: string;
  /** The build that new runs begin on, where runs are pinned to builds; only its workers are spoken of. */
  readonly currentBuild: string | null;
  /** The workers that have other code. */
  readonly workers: readonly { readonly pool: string; readonly project: string; readonly workers: number }[];
}

/**
 * Whether workers that would execute a run of a pipeline have loaded other code than the project has: it has been edited
 * since they started, or they belong to another project. Null: they have not, or nobody can tell.
 */
export async function otherCode(
  db: Pool,
  project: Pick<Project, 'digest' | 'pipelines'>,
  pipeline: string,
  currentBuild: string | null,
): Promise<OtherCode | null> {
  // That the records cannot be asked is no reason not to start the run.
  const pools = poolsOf(project.pipelines, pipeline);
  const found = await listOtherProjects(db, project.digest, pools, currentBuild).catch(() => []);
  if (found.length === 0) return null;
  return {
    project: short(project.digest),
    currentBuild,
    workers: found.map((one) => ({ ...one, project: short(one.project) })),
  };
}

/** That of the workflows, and those of the steps of the pipeline and of what it calls. */
function poolsOf(pipelines: readonly Pipeline[], name: string): string[] {
  const plans = withCalled(pipelines.filter((one) => one.name === name)).map(({ plan }) => plan);
  const pools = plans.flatMap(({ steps }) => Object.values(steps).map(({ pool }) => pool));
  return [...new Set([WORKFLOW_POOL, ...pools])];
}

const short = (digest: string): string => digest.slice(0, 12);

/** The same in one line, with what to do. */
export function otherCodeText({ project, currentBuild, workers }: OtherCode): string {
  const theirs = workers.map((one) => `those of the pool ${one.pool} have loaded ${one.project}`);
  const again = 'start them again: `perennial down` and `perennial up`, or each `perennial worker`';
  const deploy = `new runs begin on the build ${currentBuild}; to change that, start workers here, then \`perennial deploy set-current\``;
  const fix = currentBuild === null ? again : deploy;
  return `warning: workers run other code than this project has (it is ${project} now; ${theirs.join(', ')}); ${fix}`;
}
