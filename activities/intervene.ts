import type { Pool } from 'pg';
import { type Pipeline, withCalled } from '../core';
import { planStep } from '../core/define/contract';
import { perennialError } from '../core/errors';
import type { InterveneArgument, RecordedIntervention, StepPlace } from '../core/interpret/activity';
import type { Intervention } from '../core/interpret/intervention';
import type { Json } from '../core/plan/json';
import { useArtifacts } from '../store/artifacts';
import { transaction } from '../store/db';
import { findNewestExecution } from '../store/executions/find-newest-execution';
import { addIntervention } from '../store/interventions/add-intervention';
import { giveOutput } from '../store/nodes/give-output';
import { notePaused } from '../store/runs/note-paused';
import { SEEN_WITHIN } from '../store/workers/see-worker';
import { digestsIn } from './run-step/digests-in';
import { toOutput } from './run-step/to-json';

/**
 * Records what a person did to a run, and for a skip or a hurried try says first whether it can be: only the records know
 * what is committed and what is under way.
 *
 * @throws PER_RUN_037 committed meanwhile, PER_RUN_039 nothing to hurry, PER_RUN_040 an output that the contract refuses;
 * the node is then as it was
 */
export async function intervene(
  db: Pool,
  pipelines: readonly Pipeline[],
  argument: InterveneArgument,
): Promise<RecordedIntervention> {
  const { run, at, ask } = argument;
  const { by, reason } = ask;
  if (ask.action === 'retry-now') await refuseUnlessWaiting(db, run, ask.node);
  const { step } = argument;
  // A wait is no use of a step, and has its own output.
  const output = ask.action === 'skip' && step !== null ? await outputOf(db, pipelines, argument, step, ask) : null;
  await transaction(db, async (tx) => {
    await addIntervention(tx, argument);
    if (ask.action === 'pause' || ask.action === 'resume' || ask.action === 'cancel') {
      await notePaused(tx, run, ask.action === 'pause' ? { by, reason, at } : null);
    }
    if (ask.action !== 'skip' || step === null) return;
    const place = { run, address: ask.node, node: step.node, step: step.step, pool: step.pool };
    if (await giveOutput(tx, { ...place, output, given: { by, reason, at } })) return;
    throw perennialError('PER_RUN_037', `'${ask.node}' has committed its output.`);
  });
  return { output };
}

/** A node waits out its back-off when its newest execution has ended, or died with its worker, and no other has begun. */
async function refuseUnlessWaiting(db: Pool, run: string, address: string): Promise<void> {
  const newest = await findNewestExecution(db, run, address, SEEN_WITHIN);
  if (newest === null) throw perennialError('PER_RUN_039', `No execution of '${address}' has begun yet.`);
  if (newest.outcome === 'committed') throw perennialError('PER_RUN_037', `'${address}' has committed its output.`);
  if (newest.outcome !== null || !newest.alive) return;
  throw perennialError('PER_RUN_039', `Execution ${newest.fence} of '${address}' is under way in ${newest.worker}.`);
}

async function outputOf(
  db: Pool,
  pipelines: readonly Pipeline[],
  { pipeline }: InterveneArgument,
  step: StepPlace,
  ask: Extract<Intervention, { action: 'skip' }>,
): Promise<Json> {
  const contract = withCalled(pipelines)
    .find(({ name }) => name === pipeline)
    ?.steps.get(step.step);
  if (contract === undefined || planStep(contract).contract !== step.contract) {
    throw refused(ask.node, "the workers have another contract of its step than the run's plan");
  }
  const parsed = await contract.output.safeParseAsync(ask.output);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.map(String).join('.') || 'it'}: ${issue.message}`);
    throw refused(ask.node, issues.join('; '));
  }
  const output = toOutput(parsed.data, step.step);
  const named = digestsIn(output);
  const used = await useArtifacts(db, named);
  const known = new Set(used.flatMap(({ digest, removedAt }) => (removedAt === null ? [digest] : [])));
  const missing = named.filter((digest) => !known.has(digest));
  if (missing.length > 0) throw refused(ask.node, `the records hold no artifact ${missing.join(', ')}`);
  return output;
}

function refused(address: string, why: string): Error {
  return perennialError('PER_RUN_040', `The output given for '${address}' was refused (${why}).`);
}
