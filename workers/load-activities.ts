import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { createWrittenActivities } from '../activities/begin-written';
import { backfillActivities } from '../activities/backfill';
import { createEngineActivities } from '../activities/engine';
import { keeperActivities } from '../activities/keep';
import { createRunStep } from '../activities/run-step';
import type { RunStepDependencies } from '../activities/run-step';
import { createDevices } from '../activities/run-step/devices';
import { announcedSteps } from '../activities/run-step/announced';
import type { OpenedResources } from '../activities/run-step/resources';
import { triggersOf } from '../core/triggers/trigger';
import { standardSteps } from '../activities/standard';
import { diskArtifacts } from '../store/artifacts';
import type { Environment } from '../store/environment';
import type { LineRecords } from '../store/logs/line-records';
import type { AnnouncedStep } from '../store/workers/see-worker';
import { standardCode } from './code/standard-code';
import type { Project } from './load-project';
import { checkLoaded, checkPrograms, stepsOfPool } from './pool-steps';
import type { Telemetry } from './telemetry';
import { WORKFLOW_POOL } from './tuning';

/** What a worker runs its activities with. */
export interface ActivityParts {
  readonly db: Pool;
  readonly environment: Environment;
  readonly log: Logger;
  /** Keeps what steps log. */
  readonly lines: LineRecords;
  readonly project: Project;
  /** The worker's. */
  readonly build: string;
  /** Those that the pool's steps need, opened. */
  readonly resources: OpenedResources;
  /** As CUDA_VISIBLE_DEVICES names them. */
  readonly devices: readonly string[];
  readonly telemetry: Pick<Telemetry, 'steps' | 'engine'>;
  /** False: data sets start nothing, as in most previews. */
  readonly startsByItself: boolean;
}

/** What a worker does. */
export interface LoadedActivities {
  /** By the type that Temporal shows. */
  readonly activities: Record<string, unknown>;
  /** What is to be announced of the pool's steps: nothing where the workflows run, whose steps are at hand. */
  readonly announced: readonly AnnouncedStep[];
}

/**
 * The activities of a pool by the type that Temporal shows: a dispatcher under each step's name, and on the workflows'
 * pool the engine's own.
 *
 * @throws PER_STACK_103 when step code cannot be loaded, PER_DEF_014 when a pipeline's step has none in its pool,
 * PER_RUN_067 when this host lacks a step's program
 */
export async function loadActivities(pool: string, parts: ActivityParts): Promise<LoadedActivities> {
  const { db, environment, log, lines, project, build, resources, devices, telemetry, startsByItself } = parts;
  const implementations = await project.steps(pool);
  const names = stepsOfPool([...implementations, ...standardSteps], pool);
  checkLoaded(project, { pool, steps: names });
  checkPrograms(implementations, pool, project.folder);
  const artifacts = diskArtifacts(db, environment.artifacts, environment.artifactsBase);
  const triggers = startsByItself ? triggersOf(project) : [];
  const dependencies: RunStepDependencies = {
    db,
    artifacts,
    environment,
    log,
    lines,
    standard: standardSteps,
    standardCode: standardCode(environment.engine),
    project: { bundle: project.bundle, implementations, codeOf: (one) => project.codeOf(one) },
    resources,
    triggers,
    ...(environment.versioning === 'pinned' ? { pinnedTo: build } : {}),
    ...(devices.length === 0 ? {} : { devices: createDevices(devices) }),
    ...telemetry.steps,
  };
  const runStep = createRunStep(dependencies);
  const steps = Object.fromEntries(names.map((name) => [name, runStep(name)]));
  if (pool !== WORKFLOW_POOL) return { activities: steps, announced: announcedSteps(dependencies, names) };
  const { pipelines, workflows, digest } = project;
  const pinned = environment.versioning === 'pinned';
  const own = { build, pinned, project: digest };
  const observed = telemetry.engine === undefined ? {} : { observer: telemetry.engine };
  const engine = createEngineActivities({ db, artifacts, pipelines, triggers, ...own, ...observed });
  const written = createWrittenActivities({ db, workflows, build });
  return {
    activities: {
      ...steps,
      ...engine,
      ...written,
      ...keeperActivities({ db, project, ...observed }),
      ...backfillActivities({ db, pipelines }),
    },
    announced: [],
  };
}
