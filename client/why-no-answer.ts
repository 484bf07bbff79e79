import type { Pool } from 'pg';
import { isPerennialError, perennialError } from '../core/errors';
import { answerText } from '../core/nodes/answer-text';
import { withArticle } from '../core/nodes/article';
import { isUnanswered } from '../core/plan/approval';
import type { Plan } from '../core/plan/plan';
import { addressAt, type Outlined, outlineOf } from '../core/rerun/outline';
import { targetOf } from '../core/rerun/target';
import { findNode } from '../store/nodes/find-node';
import { findOver } from '../store/nodes/find-over';
import { findPlan } from '../store/plans/find-plan';
import { findRun } from '../store/runs/find-run';
import type { RunRow } from '../store/runs/run-row';
import { whyNotBegun } from './why-not-begun';

/**
 * Why a run does not take an answer, as the records tell it; null: they do not.
 *
 * @returns PER_RUN_036 no such node, PER_KEEP_011 no approval, PER_KEEP_012 not reached yet, PER_KEEP_013 answered already,
 * PER_KEEP_014 it asks no longer
 */
export async function whyNoAnswer(db: Pool, runId: string, address: string): Promise<Error | null> {
  const run = await findRun(db, runId);
  const plan = run === null ? null : ((await findPlan(db, run.plan_hash))?.plan ?? null);
  if (run === null || plan === null || plan.handWritten) return null;
  return (
    notAnApproval(plan, run, address) ??
    (await noSuchItem(db, runId, address)) ??
    (await alreadyAnswered(db, runId, address)) ??
    stateOf(db, plan, run, address)
  );
}

/** What the plan alone says against it. */
function notAnApproval(plan: Plan, { id }: RunRow, address: string): Error | null {
  const outline = outlineOf(plan);
  try {
    const place = targetOf(outline, { from: address });
    const outlined = place && outline.get(place.node);
    if (!place || !outlined) return null;
    const { kind } = outlined.node;
    if (kind !== 'approval') return perennialError('PER_KEEP_011', `'${address}' of ${id} is ${withArticle(kind)}.`);
    return place.at.length === outlined.maps.length ? null : insideOf(outlined, id, address);
  } catch (error) {
    if (!isPerennialError(error)) throw error;
    return perennialError('PER_RUN_036', `${id}: ${error.detail}`);
  }
}

function insideOf(outlined: Outlined, id: string, address: string): Error {
  const like = addressAt(outlined, []);
  return perennialError('PER_RUN_036', `${id}: '${address}' is asked once for each item: name one, like '${like}'.`);
}

/** An item beyond the end of its map. */
async function noSuchItem(db: Pool, run: string, address: string): Promise<Error | null> {
  for (const { index, 1: number } of address.matchAll(/\[(\d+)\]/g)) {
    const map = address.slice(0, index);
    const input = (await findNode(db, run, map))?.input;
    if (typeof input !== 'object' || input === null || !('items' in input)) continue;
    const { items } = input;
    if (typeof items === 'number' && Number(number) >= items)
      return perennialError('PER_RUN_036', `${run}: '${map}' has ${items} items, counted from 0.`);
  }
  return null;
}

async function alreadyAnswered(db: Pool, run: string, address: string): Promise<Error | null> {
  const [over] = await findOver(db, run, [address]);
  if (over?.kind !== 'approval') return null;
  const was = isUnanswered(over.output) ? 'takes no answer any more' : 'was answered';
  return perennialError('PER_KEEP_013', `'${address}' of ${run} ${was}: ${answerText(over.output)}.`);
}

async function stateOf(db: Pool, plan: Plan, run: RunRow, address: string): Promise<Error | null> {
  const what = `'${address}' of ${run.id}`;
  const node = await findNode(db, run.id, address);
  if (node === null || node.status === 'skipped') {
    const outside = await whyNotBegun(db, plan, run, address, node !== null);
    if (outside !== null) return outside;
  }
  if (run.status !== 'running') return perennialError('PER_KEEP_014', `${what} was not answered: ${endOf(run)}.`);
  if (node === null || node.status === 'running')
    return perennialError('PER_KEEP_012', `${what} has not begun: what it needs has not ended.`);
  return node.status === 'waiting' ? null : perennialError('PER_KEEP_014', `${what} has ended as ${node.status}.`);
}

function endOf({ status, ended_at: at }: RunRow): string {
  return `the run ended as ${status}${at === null ? '' : ` at ${at}`}`;
}
