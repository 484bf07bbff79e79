import { Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import { type Pipeline, planHash, withCalled } from '../core';
import { perennialError } from '../core/errors';
import type { EngineActivities, ResolvedPlan, ResolvePlanArgument } from '../core/interpret/activity';
import { refuseRemoved } from '../store/artifacts/refuse-removed';
import { addPlan } from '../store/plans/add-plan';
import { findPlan } from '../store/plans/find-plan';
import { beginRun } from '../store/runs/begin-run';
import { endRun } from '../store/runs/end-run';
import { answer } from './answer';
import { checkAnswer } from './check-answer';
import { intervene } from './intervene';
import { lookUpCached, type LookUpDependencies } from './look-up-cached';
import { beginRerunOf, reuseOutputs } from './rerun';
import { digestsIn } from './run-step/digests-in';
import type { Patience } from './run-step/records';
import { findRecordedAnswer, noteNode } from './note-node';
import { configOf } from './parse-config';

/** What the engine's own activities need of the worker. */
export interface EngineDependencies extends LookUpDependencies {
  /** The pipelines of the project that this worker has loaded. */
  readonly pipelines: readonly Pipeline[];
  /** The worker's build id: each run records whose code began it. */
  readonly build: string;
  /** Whether they stay with it. */
  readonly pinned?: boolean;
}

/** Of a question that has another answer: the run does not wait for it. */
const NO_PATIENCE: Patience = { waits: [] };

/** The engine's own local activities, by the name each is registered under. */
export function createEngineActivities(dependencies: EngineDependencies): EngineActivities {
  const { db, pipelines, build, pinned = false, observer } = dependencies;
  return {
    'perennial.resolve-plan': (argument) => answer('resolve the plan', () => resolvePlan(db, pipelines, argument)),

    'perennial.begin-run': ({ run, plan, ...rest }) =>
      answer('begin the run', async () => {
        if (await beginRun(db, { id: run, planHash: plan, build, pinned, ...rest })) return;
        throw perennialError('PER_RUN_015', `The run id '${run}' belongs to a run of another plan or config.`);
      }),

    'perennial.begin-rerun': (argument) =>
      answer('begin the rerun', () => beginRerunOf(db, { build, pinned }, argument)),

    'perennial.reuse-outputs': ({ run, addresses }) =>
      answer('read what is reused', () => reuseOutputs(db, run, addresses)),

    'perennial.look-up-cached': (argument) =>
      answer('look into the cache', () => lookUpCached(dependencies, argument), NO_PATIENCE),

    'perennial.note-node': (argument) => answer('note the state of nodes', () => noteNode(db, argument)),

    'perennial.check-answer': (argument) =>
      answer('check the answer', async () => {
        const given = await checkAnswer(pipelines, argument);
        // The run was reset, and its approval has been answered: that stands, in the records and for the run.
        const recorded = await findRecordedAnswer(db, argument.run, argument.address);
        if (recorded !== null) return recorded;
        // It may name what was made long before the run, which no record of the run keeps until the answer is in one.
        const named = digestsIn(given.answer ?? null);
        await refuseRemoved(db, named, `The answer to '${argument.address}' names an artifact that is gone:`);
        return given;
      }),

    'perennial.intervene': (argument) => answer('record the intervention', () => intervene(db, pipelines, argument)),

    'perennial.end-run': (end) =>
      answer('end the run', async () => {
        const { run, status } = end;
        if (await endRun(db, end)) observer?.runEnded({ run, pipeline: workflowType(), status });
      }),
  };
}

/**
 * The plan of a run and its config with the defaults filled in. `current` is the plan of the project that this worker
 * has loaded; it is kept in the records, so that the run can be told from others by its hash and begun again by it.
 *
 * @throws PER_RUN_012 unknown pipeline, PER_RUN_013 config refused, PER_RUN_014 unknown plan, PER_RUN_120 no such partition
 */
async function resolvePlan(
  db: Pool,
  pipelines: readonly Pipeline[],
  argument: ResolvePlanArgument,
): Promise<ResolvedPlan> {
  const pipeline = pipelines.find(({ name }) => name === argument.pipeline);
  if (pipeline === undefined) {
    const known = pipelines.map(({ name }) => name).join(', ') || 'none';
    throw perennialError('PER_RUN_012', `There is no pipeline '${argument.pipeline}' (known: ${known}).`);
  }
  const config = await configOf(
    pipeline,
    argument.config,
    argument.partition,
    argument.called === true ? 'dropped' : 'refused',
  );
  const current = planHash(pipeline.plan);
  if (argument.plan === 'current' || argument.plan === current) {
    // The plans that it calls are kept with it: a run calls what it was written against, whatever is deployed meanwhile.
    for (const { plan } of withCalled([pipeline])) await addPlan(db, planHash(plan), plan);
    return { hash: current, plan: pipeline.plan, config };
  }
  const kept = await findPlan(db, argument.plan);
  if (kept === null || kept.pipeline !== pipeline.name) {
    throw perennialError('PER_RUN_014', `No plan of ${pipeline.name} has the hash '${argument.plan}'.`);
  }
  return { hash: kept.hash, plan: kept.plan, config };
}

/** Of the workflow that asks. */
function workflowType(): string {
  return Context.current().info.workflowType ?? '';
}
