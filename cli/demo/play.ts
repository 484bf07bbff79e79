import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Connection } from '../../client/connection';
import { awaitRun } from '../../client/await-run';
import { reportCause } from '../../client/report-cause';
import type { RunnablePipeline } from '../../client/runnable';
import { startRun } from '../../client/start-run';
import { tickNow } from '../../client/tick-now';
import type { Model } from '../../core';
import { perennialError } from '../../core/errors';
import type { Json } from '../../core/plan/json';
import type { Window } from '../../steps';
import { countUnsettled } from '../../store/keeper/count-unsettled';
import { findModelVersion } from '../../store/models/find-model-version';
import { sampleFlights } from './flights';
import { championServed, keeperSettled } from './settle';
import { askFor, closeSegments, reportLabels, type Api, type Outcome } from './traffic';

/** What the loop is played with. */
export interface Stage {
  readonly connection: Connection;
  /** The project's pipelines. */
  readonly pipelines: readonly RunnablePipeline[];
  readonly model: Model;
  readonly api: Api;
  /** The Parquet file of the flights. */
  readonly file: string;
  /** Rows asked for in each window, at most. */
  readonly rowsAWindow: number;
  readonly seed: number;
}

/** One window as it was played. */
export interface PlayedWindow {
  readonly window: Window;
  readonly rows: number;
  /** Share of the window's flights that were asked for. */
  readonly fraction: number;
  /** Versions that answered. */
  readonly versions: readonly number[];
}

/** Labels of a window, held back until the next one has been played. */
interface Pending {
  readonly window: Window;
  readonly outcomes: readonly Outcome[];
}

/** Trains and deploys the first version: a person's cause, in event time. @returns the version that serves */
export async function deployFirst(stage: Stage, at: string): Promise<number> {
  const { connection, model, api } = stage;
  await reportCause(connection, model, { kind: 'person', eventTime: at, idempotencyKey: 'first', evidence: null });
  await keeperSettled(connection.db, model.name, 0);
  return championServed(connection.db, api);
}

/**
 * Plays windows one after the other: requests of the window, then the labels of the window before, the monitors, the
 * schedule, and whatever the keeper makes of the causes.
 */
export async function playWindows(
  stage: Stage,
  windows: readonly Window[],
  onWindow: (played: PlayedWindow) => void,
): Promise<PlayedWindow[]> {
  const played: PlayedWindow[] = [];
  const { db } = stage.connection;
  let ticks = (await countUnsettled(db, stage.model.name)).scheduled;
  let pending: Pending | null = null;
  for (const window of windows) {
    const { outcomes, ...done } = await playRequests(stage, window);
    // Labels first: an alarm of drift may start a retrain, which learns from the newest labelled window.
    if (pending) await arrive(stage, pending);
    await watch(stage, window, 'drift');
    await tick(stage);
    ticks += 1;
    await keeperSettled(db, stage.model.name, ticks);
    await championServed(db, stage.api);
    pending = { window, outcomes };
    played.push(done);
    onWindow(done);
  }
  if (pending) await arrive(stage, pending);
  await keeperSettled(db, stage.model.name, ticks);
  return played;
}

/** How the first version alone would have answered each window, beside what was answered: the pipeline's own output. */
export async function compareWithFirst(stage: Stage, windows: readonly Window[], version: number): Promise<Json> {
  const first = await findModelVersion(stage.connection.db, stage.model.name, version);
  if (!first) throw perennialError('PER_STACK_041', `${stage.model.name} has no version ${version}.`);
  return runToEnd(stage, 'flight-delays-compare', {
    model: stage.model.name,
    windows: [...windows],
    artifact: first.artifact,
  });
}

let nextTick = 0;

/** Makes the schedule tick. Temporal names what it starts by the second: two ticks by hand within one would be one. */
export async function tick(stage: Stage): Promise<void> {
  await pause(Math.max(0, nextTick - performance.now()));
  await tickNow(stage.connection, stage.model.name);
  nextTick = performance.now() + 1_000;
}

async function playRequests(stage: Stage, window: Window): Promise<PlayedWindow & { outcomes: Outcome[] }> {
  const flights = await sampleFlights(stage.file, window, stage.rowsAWindow, stage.seed);
  const { outcomes, versions } = await askFor(stage.api, flights);
  await closeSegments(stage.api);
  const total = flights[0]?.total ?? 0;
  return { window, rows: flights.length, fraction: total === 0 ? 0 : flights.length / total, versions, outcomes };
}

async function arrive(stage: Stage, { window, outcomes }: Pending): Promise<void> {
  await reportLabels(stage.api, outcomes);
  await watch(stage, window, 'quality');
}

/**
 * Has a window judged. Drift needs no labels and is judged when the window has closed; quality when its labels have
 * arrived.
 */
export async function watch(stage: Stage, window: Window, what: 'drift' | 'quality'): Promise<void> {
  const monitors = stage.model.monitors.filter((monitor) => (monitor.kind === 'drift') === (what === 'drift'));
  if (monitors.length === 0) return;
  const config = z.json().parse({ model: stage.model.name, window, monitors });
  await runToEnd(stage, 'flight-delays-watch', config);
}

async function runToEnd(stage: Stage, pipeline: string, config: Json): Promise<Json> {
  const { runId } = await startRun(stage.connection, stage.pipelines, { pipeline, config });
  const { status, output, reason } = await awaitRun(stage.connection, runId);
  if (status !== 'completed')
    throw perennialError('PER_STACK_041', `The run ${runId} ended as ${status} (${reason ?? 'no reason'}).`);
  return output;
}
