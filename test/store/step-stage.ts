import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Info } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Pool } from 'pg';
import pino from 'pino';
import { createRunStep, type RunStepDependencies } from '../../activities/run-step';
import type { Implementation, Json } from '../../core';
import type { Override } from '../../core/plan/plan';
import { diskArtifacts } from '../../store/artifacts';
import { openDb } from '../../store/db';
import { readEnvironment } from '../../store/environment';
import { aCode } from '../a-code';
import { createTestDatabase } from '../database';
import { aRun } from './rows';

/** One execution of a step, where it differs from: a run of its own, with the cache on, for no model. */
export interface Execution {
  readonly run?: string;
  /** Default `n`. */
  readonly address?: string;
  readonly cache?: boolean;
  readonly model?: string;
  readonly override?: Override;
  /** Default: the node is of a pipeline. */
  readonly handWritten?: true;
  /** The build that its run is pinned to. Default: it does not say. */
  readonly build?: string;
  readonly dependencies?: RunStepDependencies;
  readonly environment?: MockActivityEnvironment;
}

/** The run that a step was executed in, and what it gave. */
export interface Executed {
  readonly run: string;
  readonly output: unknown;
}

/** A database and an artifact store of their own, and the steps that run on them as on a worker. */
export interface StepStage {
  readonly databaseUrl: string;
  readonly db: Pool;
  /** The folder of the artifact store. */
  readonly root: string;
  readonly dependencies: RunStepDependencies;
  newRun(model?: string): Promise<string>;
  /** Executes a step as the node `n` of a run. Rejects as the activity does. */
  readonly execute: (step: string, input: Json, options?: Execution) => Promise<Executed>;
  end(): Promise<void>;
}

/** Sets the stage for the steps of `standard`; everything is made anew and removed at the end. */
export async function setStepStage(name: string, standard: readonly Implementation[]): Promise<StepStage> {
  const database = await createTestDatabase();
  const db = openDb(database.url);
  const root = await mkdtemp(join(tmpdir(), `perennial-${name}-`));
  const own: RunStepDependencies = {
    db,
    artifacts: diskArtifacts(db, root),
    environment: { ...readEnvironment({ DATABASE_URL: database.url, PERENNIAL_STATE: root }), engine: 'b1' },
    log: pino({ level: 'silent' }),
    standard,
    standardCode: aCode(),
    project: null,
  };
  let runs = 0;
  const newRun = (model?: string): Promise<string> => aRun(db, `${name}-${(runs += 1)}`, model);
  return {
    databaseUrl: database.url,
    db,
    root,
    dependencies: own,
    newRun,
    async execute(step, input, { dependencies = own, environment = quiet(), cache = true, model, ...options } = {}) {
      const { run = await newRun(model), address = 'n', override, handWritten, build } = options;
      const given = { ...(override && { override }), ...(handWritten && { handWritten }), ...(build && { build }) };
      const more = { model: model ?? null, ...given };
      const argument = { run, address, node: 'n', step, plan: 'plan', input, cache, ...more };
      return { run, output: await environment.run(createRunStep(dependencies)(step), argument) };
    },
    async end() {
      await db.end();
      await database.drop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** An activity's surroundings without a server; the SDK's own warnings about failures that are meant stay out. */
export function quiet(info: Partial<Info> = {}): MockActivityEnvironment {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
}
