import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { ArtifactStore, Implementation } from '../../core';
import type { Trigger } from '../../core/triggers/trigger';
import type { Environment } from '../../store/environment';
import type { LineRecords } from '../../store/logs/line-records';
import type { NodeRecords } from '../../store/nodes/node-records';
import type { Devices } from './devices';
import type { Observer, TraceParent } from './observe';
import type { StepCode } from './step-code';
import type { OpenedResources } from './resources';

/** A user's project as the worker has loaded it. */
export interface LoadedProject {
  /** The bundled perennial.config.ts, which an isolated step's child process loads. It exports `config`. */
  readonly bundle: string;
  readonly implementations: readonly Implementation[];
  /** The code behind one of the implementations, for the cache keys of its steps. */
  codeOf(implementation: Implementation): StepCode;
}

/** What run-step needs of the worker that it runs in. */
export interface RunStepDependencies {
  readonly db: Pool;
  /** The records of nodes. Absent: those of `db`. */
  readonly nodes?: NodeRecords;
  /** Keeps what steps log. Absent: nobody does. */
  readonly lines?: LineRecords;
  readonly artifacts: ArtifactStore;
  readonly environment: Environment;
  readonly log: Logger;
  /** The engine's own steps; the project's steps of the same name come first. */
  readonly standard: readonly Implementation[];
  /** The code behind the engine's own steps, for their cache keys. */
  readonly standardCode: StepCode;
  readonly project: LoadedProject | null;
  /** What the environment gives to steps, and keeps out of everything else. Absent: no step of this worker needs any. */
  readonly resources?: OpenedResources;
  /** What the project starts on data sets. Absent: nothing. */
  readonly triggers?: readonly Trigger[];
  /** Where runs are pinned: the build of this worker, which executes nothing of another build's runs. */
  readonly pinnedTo?: string;
  /** Absent: its steps are given no device. */
  readonly devices?: Devices;
  /** Hears what its executions do. Absent: nobody. */
  readonly observer?: Observer;
  /** Absent: nothing is traced. */
  readonly traceParent?: TraceParent;
}
