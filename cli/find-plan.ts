import type { Pool } from 'pg';
import { perennialError } from '../core/errors';
import { planHash } from '../core/plan/hash';
import type { Plan } from '../core/plan/plan';
import { findPlan } from '../store/plans/find-plan';
import { findRun } from '../store/runs/find-run';

/** A plan, and what it was named by. */
export interface NamedPlan {
  readonly plan: Plan;
  readonly hash: string;
  /** `the pipeline train-churn as it is now`, `the run train-churn-1`. */
  readonly from: string;
}

/** Where plans are looked for. */
export interface PlanSources {
  /** The pipelines of the project as it is now. */
  readonly pipelines: readonly { readonly name: string; readonly plan: Plan }[];
  /** Opened only when a plan is named by a run or a hash. */
  readonly records: <T>(work: (db: Pool) => Promise<T>) => Promise<T>;
}

/**
 * Finds the two plans that are to be compared. Each is named by a pipeline of the project (its plan now), a plan's hash, a
 * run (the plan that it carries), or `current`: what the pipeline of the other one is now. A name that is both a
 * pipeline's and a run's is the pipeline's.
 *
 * @throws PER_RUN_130 when one is none of these, or both are `current`
 */
export async function findPlans(a: string, b: string, sources: PlanSources): Promise<[NamedPlan, NamedPlan]> {
  if (a === CURRENT && b === CURRENT) throw unknown(CURRENT, 'the other one has to say of which pipeline');
  if (a === CURRENT) {
    const other = await findOne(b, sources);
    return [currentOf(other.plan.pipeline, sources), other];
  }
  const first = await findOne(a, sources);
  return [first, b === CURRENT ? currentOf(first.plan.pipeline, sources) : await findOne(b, sources)];
}

const CURRENT = 'current';

async function findOne(name: string, sources: PlanSources): Promise<NamedPlan> {
  const pipeline = sources.pipelines.find((one) => one.name === name);
  if (pipeline) return currentOf(name, sources);
  return sources.records(async (db) => {
    const run = await findRun(db, name);
    const hash = run?.plan_hash ?? name;
    const recorded = await findPlan(db, hash);
    if (recorded === null) throw unknown(name, `it is no pipeline of this project, and no run or plan is recorded`);
    return { plan: recorded.plan, hash, from: run === null ? 'the recorded plan' : `the run ${name}` };
  });
}

function currentOf(name: string, { pipelines }: PlanSources): NamedPlan {
  const found = pipelines.find((one) => one.name === name);
  if (!found) throw unknown(name, 'the project has no such pipeline now');
  return { plan: found.plan, hash: planHash(found.plan), from: `the pipeline ${name} as it is now` };
}

function unknown(name: string, why: string): Error {
  return perennialError('PER_RUN_130', `'${name}' names no plan: ${why}.`);
}
