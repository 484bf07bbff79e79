import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { type Deployment, describeDeployment } from '../../client/deploy/deployment';
import { openTree, openWorkflows, type OpenWorkflow } from '../../client/deploy/open-workflows';
import { goesOn } from '../../client/deploy/goes-on';
import { perennialError } from '../../core/errors';
import { WORKFLOW_POOL } from '../../core/plan/workflow-pool';
import { listBuilds } from '../../store/workers/list-builds';
import { EXIT, type ExitCode } from '../exit-codes';
import type { CommonOptions, Frame } from '../frame';
import { withConnection } from '../open';
import { readProject } from '../read-project';
import { movedText } from '../views/current-text';
import { moveAll } from './move';
import { buildAtHand } from './parts-of-check';

/** What is moved, and where to. */
export interface MoveOpen extends CommonOptions {
  /** All that is pinned to this build. */
  readonly from?: string | undefined;
  /** By default the current build. */
  readonly to?: string | undefined;
  readonly unchecked: boolean;
}

/**
 * Moves a run with what is its own, or all that is pinned to a build, and says what came of it.
 *
 * @throws PER_RUN_171 nobody works for that build, PER_RUN_172 no such build to move from or to, or nothing of the run is open;
 * PER_RUN_174 it cannot be replayed against that build from here
 */
export async function moveOpen(frame: Frame, options: MoveOpen, run: string | undefined): Promise<ExitCode> {
  if ((run === undefined) === (options.from === undefined)) {
    throw perennialError('PER_STACK_011', 'Name either a run or, with --from, a build.');
  }
  const atHand = buildAtHand(await readProject(options));
  return withConnection(options, async (connection) => {
    const deployment = await describeDeployment(connection.temporal);
    const open = options.from === undefined ? null : await pinnedTo(connection.temporal, options.from);
    if (options.from !== undefined && open?.length === 0) refuseUnknown(options.from, deployment);
    const { build, isCurrent } = await targetOf(connection.db, options.to, deployment);
    if (build !== atHand && !options.unchecked) {
      throw perennialError('PER_RUN_174', `${build} is not the build at hand, which is ${atHand}.`);
    }
    // Keepers and back-fills follow the current build, and no other.
    const elsewhere = (open ?? (await treeOf(connection.temporal, run ?? ''))).filter(
      ({ pinnedTo, byHand, type }) =>
        pinnedTo !== null && pinnedTo !== build && !byHand && (isCurrent || !goesOn(type)),
    );
    const moved = await moveAll(options, connection, elsewhere, { build, unchecked: options.unchecked });
    frame.result(moved, movedText);
    return moved.refused.length > 0 ? EXIT.failed : EXIT.done;
  });
}

/**
 * Refuses a name that is that of no build.
 *
 * @throws PER_RUN_172 naming those that are known
 */
export function refuseUnknown(build: string, { builds }: Deployment): void {
  if (builds.some((one) => one.build === build)) return;
  const known = builds.length === 0 ? 'none' : builds.map((one) => one.build).join(', ');
  throw perennialError('PER_RUN_172', `There is no build '${build}' (known: ${known}).`);
}

async function targetOf(
  db: Pool,
  named: string | undefined,
  deployment: Deployment,
): Promise<{ readonly build: string; readonly isCurrent: boolean }> {
  const { current } = deployment;
  const build = named ?? current;
  if (build === null) throw perennialError('PER_RUN_172', 'No build is current, and --to names none.');
  refuseUnknown(build, deployment);
  const workers = await listBuilds(db);
  if (workers.some((one) => one.build === build && one.pool === WORKFLOW_POOL)) {
    return { build, isCurrent: build === current };
  }
  throw perennialError('PER_RUN_171', `No worker of the build ${build} works on '${WORKFLOW_POOL}'.`);
}

async function treeOf(temporal: Client, run: string): Promise<OpenWorkflow[]> {
  const tree = await openTree(temporal, run);
  if (tree.length === 0) throw perennialError('PER_RUN_172', `Nothing of '${run}' is open.`);
  return tree;
}

async function pinnedTo(temporal: Client, build: string): Promise<OpenWorkflow[]> {
  const found: OpenWorkflow[] = [];
  for await (const one of openWorkflows(temporal, [])) if (one.pinnedTo === build) found.push(one);
  return found;
}
