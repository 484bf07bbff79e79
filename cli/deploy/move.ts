import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { moveTo } from '../../client/deploy/deployment';
import { historyOf, type OpenWorkflow } from '../../client/deploy/open-workflows';
import { notePinnedTo } from '../../store/runs/note-pinned-to';
import type { CommonOptions } from '../frame';
import { checkDeploy, type Differing } from './check-deploy';
import { withCheck } from './parts-of-check';

/** What a move did. */
export interface Moved {
  readonly build: string;
  /** Ids of the workflows that the build goes on with from now on. */
  readonly moved: readonly string[];
  /** Those that would not go on with it, and stay. */
  readonly refused: readonly Pick<Differing, 'workflow' | 'message'>[];
}

/**
 * Moves open workflows to a build. Each is replayed against it first, which needs the build at hand; one that would not go on with
 * it stays where it is.
 *
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function moveAll(
  flags: Pick<CommonOptions, 'state' | 'project'>,
  { temporal, db }: { readonly temporal: Client; readonly db: Pool },
  workflows: readonly OpenWorkflow[],
  to: { readonly build: string; readonly unchecked: boolean },
): Promise<Moved> {
  const refused = to.unchecked ? [] : await differingOf(flags, temporal, workflows);
  const stays = new Set(refused.map(({ workflow }) => workflow));
  const moved = workflows.filter(({ workflow }) => !stays.has(workflow));
  const done: string[] = [];
  const failed: Moved['refused'][number][] = [];
  for (const one of moved) {
    // First the record: the next try of a step that is under way asks it whose step it is. Killed in between, the reconciler mends it.
    await notePinnedTo(db, one.workflow, to.build);
    try {
      if (await moveTo(temporal, one, to.build)) done.push(one.workflow);
      // A reconciler that looked in between may have taken it back.
      await notePinnedTo(db, one.workflow, to.build);
    } catch (error) {
      if (one.pinnedTo !== null) await notePinnedTo(db, one.workflow, one.pinnedTo);
      failed.push({ workflow: one.workflow, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { build: to.build, moved: done, refused: [...refused, ...failed] };
}

async function differingOf(
  flags: Pick<CommonOptions, 'state' | 'project'>,
  temporal: Client,
  workflows: readonly OpenWorkflow[],
): Promise<readonly Differing[]> {
  async function* open(): AsyncGenerator<OpenWorkflow> {
    // They are about to lose their pin, so they are replayed like those that have none.
    for (const one of workflows) yield await Promise.resolve({ ...one, pinnedTo: null });
  }
  const { differing } = await withCheck(flags, {}, (parts) =>
    checkDeploy({ ...parts, kept: [], open: open(), history: (one) => historyOf(temporal, one) }),
  );
  return differing;
}
