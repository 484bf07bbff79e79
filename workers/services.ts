import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { connectTemporal } from '../client/connection';
import type { Environment } from '../store/environment';
import { startDeadlines } from './judge-deadlines';
import type { Project } from './load-project';
import { startOutbox } from './outbox';
import { startReconciler } from './reconcile';
import { ensureSearchAttributes } from './search-attributes';
import { syncSchedules } from './sync-schedules';
import { startPoolWatch } from './watch-pools';

/** What runs beside the worker of the pool `cpu`: the outbox's dispatcher, the reconciler, the watch over pools, the schedules, the judge of deadlines. */
export interface ServiceDependencies {
  readonly db: Pool;
  readonly temporal: Client;
  readonly project: Project;
  readonly environment: Environment;
  readonly log: Logger;
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
  const services: Service[] = [
    startOutbox({ ...dependencies, databaseUrl: parts.environment.databaseUrl }),
    startReconciler(dependencies),
    startPoolWatch(dependencies),
    ...(parts.startsByItself ? [syncSchedules(dependencies), startDeadlines(dependencies)] : []),
  ];
  return {
    async stop() {
      await Promise.allSettled(services.map((service) => service.stop()));
      await temporal.connection.close();
    },
  };
}
