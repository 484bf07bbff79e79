import type { Pool } from 'pg';
import type { Json, Plan } from '../core';
import { perennialError } from '../core/errors';
import type { BeginRerunArgument, ReusedOutputs } from '../core/interpret/activity';
import { planRerun, type Reuse } from '../core/rerun/plan-rerun';
import { findOutputs } from '../store/nodes/find-outputs';
import { listRecorded } from '../store/nodes/list-recorded';
import { findPlan } from '../store/plans/find-plan';
import { beginRerun } from '../store/runs/begin-rerun';
import type { NewRun } from '../store/runs/begin-run';
import { findRun } from '../store/runs/find-run';

/** Bytes of outputs in one answer: an answer becomes a part of the run's history, whose messages have 4 MB at most. */
const ANSWER_BYTES = 512 * 1024;

/**
 * Records a rerun with what it takes over from its parent, and says in short what that is.
 *
 * @throws PER_KEEP_004 unknown parent, PER_RUN_014 a plan that the records do not hold, PER_RUN_015 the id is taken,
 * PER_RUN_036 a choice that names nothing
 */
export async function beginRerunOf(
  db: Pool,
  worker: Pick<NewRun, 'build' | 'pinned'>,
  argument: BeginRerunArgument,
): Promise<Reuse> {
  const { rerun, run: id, plan: planHash, ...rest } = argument;
  const { parent: parentRun, ...choice } = rerun;
  const parent = await findRun(db, parentRun);
  if (parent === null) throw perennialError('PER_KEEP_004', `The records hold no run '${parentRun}'.`);
  const plan = await keptPlan(db, planHash);
  const was = { plan: await keptPlan(db, parent.plan_hash), config: parent.config };
  const nodes = await listRecorded(db, parentRun);
  const { addresses, reuse } = planRerun({ ...was, nodes }, { plan, config: argument.config }, choice);
  if (await beginRerun(db, { id, planHash, ...worker, ...rest, parentRun, rerun: choice }, addresses)) return reuse;
  throw perennialError('PER_RUN_015', `The run id '${id}' belongs to a run of another plan or config.`);
}

async function keptPlan(db: Pool, hash: string): Promise<Plan> {
  const kept = await findPlan(db, hash);
  if (kept === null) throw perennialError('PER_RUN_014', `The records hold no plan '${hash}'.`);
  return kept.plan;
}

/** The outputs that a run holds at some addresses, as many as one answer may carry. */
export async function reuseOutputs(db: Pool, run: string, addresses: readonly string[]): Promise<ReusedOutputs> {
  const found = await findOutputs(db, run, addresses, ANSWER_BYTES);
  const whole = found.filter((each) => each.whole);
  const first = found.find((each) => !each.whole);
  return {
    answered: first === undefined ? addresses.length : addresses.indexOf(first.address),
    outputs: Object.fromEntries(whole.map(({ address, output }): [string, Json] => [address, output])),
    bytes: whole.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
