import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { perennialError } from '../core/errors';
import { PARTITION } from '../core/partitions/partition';
import { isObject, type Json, jsonOf } from '../core/plan/json';
import type { Plan } from '../core/plan/plan';
import { planRerun } from '../core/rerun/plan-rerun';
import { listRecorded } from '../store/nodes/list-recorded';
import { findPlan } from '../store/plans/find-plan';
import { findRun } from '../store/runs/find-run';
import { refuseRemovedOutputs } from '../store/runs/refuse-removed-outputs';
import type { RunRow } from '../store/runs/run-row';
import { refuseOtherBuilds, refuseWithoutWorkers } from './polling-builds';
import { refuseHandWritten } from './refuse-hand-written';
import { givenAgain } from './given-again';
import { findPipeline, parseConfig, type RunnablePipeline } from './runnable';
import { startRun } from './start-run';

/** A pipeline with the plan that its code gives now. */
export interface RerunnablePipeline extends RunnablePipeline {
  readonly plan: Plan;
}

/** What of a run is to be run again. Without any choice: what did not complete, and what depends on it. */
export interface Rerun {
  /** The run that is repeated. It must have ended. */
  readonly run: string;
  /** A node, with everything that depends on it: its id, or an address like `per-seed[3]/train`. */
  readonly from?: string;
  /** One item of a map, like `per-seed[3]`: the other items are reused. */
  readonly only?: string;
  /** Changes to the run's config: objects are merged key by key, everything else is replaced. */
  readonly config?: { readonly [key: string]: Json };
  /** `current` (the default): the plan as the pipeline is now. `original`: the run's own plan, on workers of its build. */
  readonly code?: 'current' | 'original';
  /** True: what runs, runs whatever the cache holds. */
  readonly noCache?: boolean;
  /** The new run's id; by default `<pipeline>-<time>-<random>`. */
  readonly runId?: string;
}

/** A rerun that was started. */
export interface StartedRerun {
  readonly runId: string;
  readonly parent: string;
  readonly pipeline: string;
  /** Nodes whose records it takes over. */
  readonly reused: number;
}

/**
 * Runs a run again, as a new run that names it as its parent. Nodes that nothing has touched are not executed: their
 * outputs are taken over. It belongs to no keeper, also when its parent did.
 *
 * @param pipelines those of the loaded project
 * @throws PER_KEEP_004 unknown run, PER_RUN_111 it was written by hand, PER_RUN_033 it has not ended, PER_RUN_036 unknown node or item, PER_RUN_032 no
 * worker of its build polls, PER_RUN_085 its config has keys that the pipeline has lost since, PER_DATA_073 what it takes over was removed, and what `startRun` throws
 * @example
 * await rerun(connection, project.pipelines, { run: 'train-churn-20260201T020000-3f9a1c', from: 'pick-best' })
 */
export async function rerun(
  connection: { readonly temporal: Client; readonly db: Pool },
  pipelines: readonly RerunnablePipeline[],
  request: Rerun,
): Promise<StartedRerun> {
  const parent = await endedRun(connection.db, request.run);
  const pipeline = findPipeline(pipelines, parent.pipeline);
  const was = await planOf(connection.db, parent);
  const original = request.code === 'original';
  if (original && parent.pinned_to === null) await refuseOtherBuilds(connection.temporal, parent, was);
  if (original && parent.pinned_to !== null) await refuseWithoutWorkers(connection.db, parent, was);
  const { config, partition } = partsOf(parent);
  const given = merged(givenAgain(pipeline, parent.id, config), request.config ?? {});
  const nodes = await listRecorded(connection.db, parent.id);
  const parsed = jsonOf(parseConfig(pipeline, given));
  const next = {
    plan: original ? was : pipeline.plan,
    config: isObject(parsed) ? { ...parsed, ...partition } : parsed,
  };
  const choice = {
    ...(request.from === undefined ? {} : { from: request.from }),
    ...(request.only === undefined ? {} : { only: request.only }),
  };
  // The run plans it once more, from what its own worker knows; here it tells at once what cannot be.
  const { addresses } = planRerun({ plan: was, config: parent.config, nodes }, next, choice);
  await refuseRemovedOutputs(connection.db, parent.id, addresses);
  const { runId } = await startRun(connection, pipelines, {
    pipeline: parent.pipeline,
    config: given,
    plan: original ? parent.plan_hash : 'current',
    ...(original && parent.pinned_to !== null ? { pinnedTo: parent.pinned_to } : {}),
    rerun: { parent: parent.id, ...choice },
    ...(parent.partition === null ? {} : { partition: parent.partition }),
    ...(request.noCache === undefined ? {} : { noCache: request.noCache }),
    ...(request.runId === undefined ? {} : { runId: request.runId }),
  });
  return { runId, parent: parent.id, pipeline: parent.pipeline, reused: addresses.length };
}

async function endedRun(db: Pool, id: string): Promise<RunRow> {
  const run = await findRun(db, id);
  if (run === null) throw perennialError('PER_KEEP_004', `The records hold no run '${id}'.`);
  refuseHandWritten(run, 'rerun');
  if (run.status === 'running') throw perennialError('PER_RUN_033', `'${id}' is still running.`);
  return run;
}

/** A run's config as a person gave it, and beside it the partition that the engine put in. */
function partsOf({ config, partition }: RunRow): {
  readonly config: Json;
  readonly partition: { readonly [key: string]: Json };
} {
  if (partition === null || !isObject(config)) return { config, partition: {} };
  const { [PARTITION]: value = null, ...given } = config;
  return { config: given, partition: { [PARTITION]: value } };
}

async function planOf(db: Pool, run: RunRow): Promise<Plan> {
  const kept = await findPlan(db, run.plan_hash);
  if (kept === null) throw perennialError('PER_RUN_014', `The records hold no plan '${run.plan_hash}' of ${run.id}.`);
  return kept.plan;
}

function merged(config: Json, changes: { readonly [key: string]: Json }): Json {
  if (!isObject(config)) return changes;
  const fields = Object.entries(changes).map(([key, value]): [string, Json] => {
    const old = Object.hasOwn(config, key) ? config[key] : undefined;
    return [key, isObject(value) && isObject(old) ? merged(old, value) : value];
  });
  return { ...config, ...Object.fromEntries(fields) };
}
