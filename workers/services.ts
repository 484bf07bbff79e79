import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { EngineObserver } from '../activities/observe';
import { connectTemporal } from '../client/connection';
import type { Environment } from '../store/environment';
import { startDeadlines } from './judge-deadlines';
import type { Project } from './load-project';
import { followBuilds, onlyWhenCurrent } from './current-build';
import { startOutbox } from './outbox';
import { startReconciler } from './reconcile';
import { ensureSearchAttributes } from './search-attributes';
import { syncSchedules } from './sync-schedules';
import type { Mask } from '../activities/run-step/resources';
import type { OpenSensor } from './sensors/open-sensors';
import { startSensors } from './sensors/start-sensors';
import { startUpkeep } from './upkeep';
import { startPoolWatch } from './watch-pools';

/** What runs beside the worker of the pool `cpu`: the outbox's dispatcher, the reconciler, the watch over pools, the schedules, the judge of deadlines, the sensors, the upkeep. */
export interface ServiceDependencies {
  readonly db: Pool;
  readonly temporal: Client;
  readonly project: Project;
  readonly environment: Environment;
  /** The worker's. */
  readonly build: string;
  /** Those of the project, with what they need. */
  readonly sensors: readonly OpenSensor[];
  /** Of the values that this process was given. */
  readonly mask: Mask;
  readonly log: Logger;
  /** Hears of runs that the reconciler closes. Absent: nobody does. */
  readonly observer?: EngineObserver;
  /** False: no schedules are kept in order and no deadlines judged, as in most previews. */
  readonly startsByItself: boolean;
}

/** Something that runs until it is stopped; `stop` returns once nothing of it is in flight. */
export interface Service {
  stop(): Promise<void>;
}

/** Starts the services of a worker process. Any number of processes may run them at once. */
export async function startServices(parts: Omit<ServiceDependencies, 'temporal'>): Promise<Service> {
  const { temporalAddress: address, temporalNamespace: namespace } = parts.environment;
  const missing = await ensureSearchAttributes(address, namespace);
  if (missing.length > 0) parts.log.info({ missing }, 'registered search attributes');
  const temporal = await connectTemporal({ address, namespace });
  const dependencies: ServiceDependencies = { ...parts, temporal };
  const pinned = parts.environment.versioning === 'pinned';
  // What the project declares is looked after by the build that new runs begin with: two would undo each other's work.
  const isCurrent = pinned ? onlyWhenCurrent(dependencies) : undefined;
  const services: Service[] = [
    startOutbox({ ...dependencies, databaseUrl: parts.environment.databaseUrl }),
    startReconciler({ ...dependencies, ...(isCurrent && { isCurrent }) }),
    ...(pinned ? [followBuilds(dependencies)] : []),
    startPoolWatch(dependencies),
    startUpkeep({ ...dependencies, artifacts: parts.environment.artifacts, ...(isCurrent && { isCurrent }) }),
    ...(parts.startsByItself ? byItself({ ...dependencies, ...(isCurrent && { isCurrent }) }) : []),
  ];
  return {
    async stop() {
      await Promise.allSettled(services.map((service) => service.stop()));
      await temporal.connection.close();
    },
  };
}

/** What starts something, or tells of it, without anybody asking. */
function byItself(dependencies: ServiceDependencies & { readonly isCurrent?: () => Promise<boolean> }): Service[] {
  return [syncSchedules(dependencies), startDeadlines(dependencies), startSensors(dependencies)];
}
