import type { Pool } from 'pg';
import type { LogsAsked } from '../client/run-logs';
import { oldestLines } from '../store/logs/oldest-lines';
import { findNode } from '../store/nodes/find-node';
import { findPlan } from '../store/plans/find-plan';
import type { RunRow } from '../store/runs/run-row';
import { knownRun, refuseUnknown } from './read-run';
import { shellWord } from './views/shell-word';

/**
 * The run whose lines are asked for.
 *
 * @param node a node of it; an item of a map too
 * @throws PER_KEEP_004 when the records hold no such run, PER_RUN_036 when its plan has no such node
 */
export async function loggedRun(db: Pool, id: string, node: string | undefined): Promise<RunRow> {
  const run = await knownRun(db, id);
  if (node !== undefined && (await findNode(db, id, node)) === null) {
    const kept = await findPlan(db, run.plan_hash);
    refuseUnknown(kept?.plan ?? null, node.replace(/\[\d+\]$/, ''));
  }
  return run;
}

/** Why a run, or one of its nodes, has no lines to show. */
export async function whyNoLines(db: Pool, run: RunRow, { node, follow, ...asked }: LogsAsked): Promise<string> {
  const what = node === undefined ? `the steps of ${run.id}` : `${node} of ${run.id}`;
  const oldest = await oldestLines(db);
  if (run.ended_at !== null && oldest !== null && run.ended_at < oldest) {
    return `The lines of ${run.id} are gone: it ended at ${run.ended_at}, and lines are kept since ${oldest} (retention).`;
  }
  if (Object.keys(asked).length > 0) return `No line of ${what} is like that.`;
  if (node !== undefined && (await findNode(db, run.id, node)) === null && !node.endsWith(']')) {
    return `${node} has not begun in ${run.id}; \`perennial why ${run.id} ${shellWord(node)}\` says why.`;
  }
  return `No lines: ${what} ${node === undefined ? 'have' : 'has'} logged nothing${follow ? '' : ' by now'}.`;
}
