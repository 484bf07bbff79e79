import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { describeDeployment } from '../../client/deploy/deployment';
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
 * @throws PER_RUN_171 nobody works for that build, PER_RUN_172 no such build, or nothing of the run is open; PER_RUN_174 it cannot be replayed against that build from here
 */
export async function moveOpen(frame: Frame, options: MoveOpen, run: string | undefined): Promise<ExitCode> {
  if ((run === undefined) === (options.from === undefined)) {
    throw perennialError('PER_STACK_011', 'Name either a run or, with --from, a build.');
  }
  const atHand = buildAtHand(await readProject(options));
  return withConnection(options, async (connection) => {
    const { build, isCurrent } = await targetOf(connection, options.to);
    if (build !== atHand && !options.unchecked) {
      throw perennialError('PER_RUN_174', `${build} is not the build at hand, which is ${atHand}.`);
    }
    const open = await openOf(connection.temporal, { run, from: options.from });
    // Keepers and back-fills follow the current build, and no other.
    const elsewhere = open.filter(
      ({ pinnedTo, byHand, type }) =>
        pinnedTo !== null && pinnedTo !== build && !byHand && (isCurrent || !goesOn(type)),
    );
    const moved = await moveAll(options, connection, elsewhere, { build, unchecked: options.unchecked });
    frame.result(moved, movedText);
    return moved.refused.length > 0 ? EXIT.failed : EXIT.done;
  });
}

async function targetOf(
  { temporal, db }: { readonly temporal: Client; readonly db: Pool },
  named: string | undefined,
): Promise<{ readonly build: string; readonly isCurrent: boolean }> {
  const { current, builds } = await describeDeployment(temporal);
  const build = named ?? current;
  if (build === null) throw perennialError('PER_RUN_172', 'No build is current.');
  if (!builds.some((one) => one.build === build)) throw perennialError('PER_RUN_172', `There is no build '${build}'.`);
  const workers = await listBuilds(db);
  if (workers.some((one) => one.build === build && one.pool === WORKFLOW_POOL)) {
    return { build, isCurrent: build === current };
  }
  throw perennialError('PER_RUN_171', `No worker of the build ${build} works on '${WORKFLOW_POOL}'.`);
}

async function openOf(
  temporal: Client,
  { run, from }: { readonly run: string | undefined; readonly from: string | undefined },
): Promise<OpenWorkflow[]> {
  if (run !== undefined) {
    const tree = await openTree(temporal, run);
    if (tree.length === 0) throw perennialError('PER_RUN_172', `Nothing of '${run}' is open.`);
    return tree;
  }
  const found: OpenWorkflow[] = [];
  for await (const one of openWorkflows(temporal, [])) if (one.pinnedTo === from) found.push(one);
  return found;
}
