import type { Pool } from 'pg';
import { type HandWritten, planHash } from '../core';
import { perennialError } from '../core/errors';
import type { BeginWrittenArgument, BegunWritten, WrittenActivities } from '../core/interpret/activity';
import { jsonOf } from '../core/plan/json';
import type { PlanStep } from '../core/plan/plan';
import { differencesText, valueDifferences } from '../core/plan/value-differences';
import { addPlan } from '../store/plans/add-plan';
import { findPlan } from '../store/plans/find-plan';
import { beginRun } from '../store/runs/begin-run';
import { findRun } from '../store/runs/find-run';
import type { RunRow } from '../store/runs/run-row';
import { answer } from './answer';

/** What the activities of hand-written workflows need of the worker. */
export interface WrittenDependencies {
  readonly db: Pool;
  /** Those that the project of this worker declares. */
  readonly workflows: readonly HandWritten[];
  /** The worker's build id. */
  readonly build: string;
}

/** The activity that begins the run of a hand-written workflow. What else one needs is there for pipelines. */
export function createWrittenActivities(
  dependencies: WrittenDependencies,
): Pick<WrittenActivities, 'perennial.begin-written'> {
  return {
    'perennial.begin-written': (argument) => answer('begin the run', () => beginWritten(dependencies, argument)),
  };
}

/** @throws PER_RUN_110 unknown workflow, PER_RUN_015 the id is an earlier run's, or this one began otherwise */
async function beginWritten(
  { db, workflows, build }: WrittenDependencies,
  { run, workflow, input, temporalRunId, firstTemporalRunId }: BeginWrittenArgument,
): Promise<BegunWritten> {
  const known = workflows.find(({ name }) => name === workflow);
  if (known === undefined) {
    const names = workflows.map(({ name }) => name).join(', ') || 'none';
    throw perennialError(
      'PER_RUN_110',
      `The project declares no hand-written workflow '${workflow}' (known: ${names}).`,
    );
  }
  const hash = planHash(known.plan);
  await addPlan(db, hash, known.plan);
  const row = { id: run, pipeline: workflow, planHash: hash, config: input, build };
  const alone = { model: null, decisionId: null, parentRun: null };
  if (await beginRun(db, { ...row, ...alone, temporalRunId, firstTemporalRunId })) {
    return { hash, steps: stepsOf(known) };
  }
  const found = await findRun(db, run);
  const otherwise = found === null ? null : await startedOtherwise(db, found, known, { input, firstTemporalRunId });
  throw perennialError('PER_RUN_015', `The run id '${run}' belongs to ${otherwise ?? 'an earlier run'}.`);
}

/** In what a run that is tried again or reset is not the one that began; null: it is another workflow altogether. */
async function startedOtherwise(
  db: Pool,
  was: RunRow,
  { name, plan }: HandWritten,
  is: Pick<BeginWrittenArgument, 'input' | 'firstTemporalRunId'>,
): Promise<string | null> {
  if (was.pipeline !== name || was.first_temporal_run_id !== is.firstTemporalRunId) return null;
  const input = differencesText(was.config, is.input);
  if (input !== null) return `this workflow with another input of recorded(): ${input}`;
  const before = (await findPlan(db, was.plan_hash))?.plan.steps ?? {};
  const steps = valueDifferences(jsonOf(before), jsonOf(plan.steps)).map(({ what }) => what.split('.', 1)[0]);
  return `this workflow as it was before its contracts were edited: ${[...new Set(steps)].join(', ')}`;
}

function stepsOf({ steps, plan }: HandWritten): { [key: string]: PlanStep } {
  return Object.fromEntries(
    Object.entries(steps).flatMap(([key, { name }]) => {
      const step = plan.steps[name];
      return step === undefined ? [] : [[key, step]];
    }),
  );
}
