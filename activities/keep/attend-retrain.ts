import { z } from 'zod';
import type { Occasion } from '../../core';
import type { Retrain } from '../../core/keep/state';
import type { Json } from '../../core/plan/json';
import { newestJudgedWindow } from '../../store/keeper/newest-judged-window';
import { findHandOver } from '../../store/outbox/find-hand-over';
import { findRun } from '../../store/runs/find-run';
import type { AttendedRetrain } from './contract';
import { findModel, type KeepDependencies } from './dependencies';

/**
 * Says how a retrain stands: what its run has handed over, whether it has ended, and what to start it with when the
 * records have not heard of it. The hand-over comes from the outbox itself, so it is never learnt after the end.
 */
export async function attendRetrain(
  dependencies: KeepDependencies,
  { model, retrain }: { readonly model: string; readonly retrain: Retrain },
): Promise<AttendedRetrain> {
  // The run first: what was handed over before it ended is then certainly seen.
  const run = await findRun(dependencies.db, retrain.runId);
  const handed = await findHandOver(dependencies.db, model, retrain.decisionId);
  const ended = run && run.status !== 'running' ? { status: run.status, reason: run.reason ?? '' } : null;
  return { handed, ended, start: run ? null : await startOf(dependencies, model, retrain) };
}

async function startOf(
  dependencies: KeepDependencies,
  name: string,
  retrain: Retrain,
): Promise<NonNullable<AttendedRetrain['start']>> {
  const model = findModel(dependencies, name);
  const given = z.record(z.string(), z.json()).parse(model.config);
  const config: Json = takesOccasion(model.retrain.config)
    ? { ...given, occasion: await occasionOf(dependencies, name, retrain) }
    : given;
  return {
    pipeline: model.retrain.name,
    input: { config, plan: 'current', model: name, decisionId: retrain.decisionId },
  };
}

function takesOccasion(config: z.ZodObject): boolean {
  return 'occasion' in config.shape;
}

/** The window is the newest that was labelled by the cause's own time: a replay of the past knows no more than the past did. */
async function occasionOf({ db }: KeepDependencies, model: string, retrain: Retrain): Promise<Occasion> {
  const window = await newestJudgedWindow(db, model, { labelled: true, until: retrain.eventTime });
  return { decisionId: retrain.decisionId, cause: retrain.kind, at: retrain.eventTime, window };
}
