import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { msToTs } from '@temporalio/common/lib/time';
import pino from 'pino';
import type { Pool } from 'pg';
import { aCode } from '../../a-code';
import { createTestDatabase } from '../../database';
import { openDb } from '../../../store/db';
import { readEnvironment } from '../../../store/environment';
import { createEngineActivities } from '../../../activities/engine';
import { deploySteps } from '../../../activities/deploy';
import { keeperActivities } from '../../../activities/keep';
import { createRunStep } from '../../../activities/run-step';
import { diskArtifacts } from '../../../store/artifacts';
import { startOutbox } from '../../../workers/outbox';
import { builtFile } from '../../../workers/package-root';
import { ensureSearchAttributes } from '../../../workers/search-attributes';
import { toyModels, toyRetrain, toySteps, toyWaiting } from './toys';

/** A namespace and a database of its own on the tests' stack, with a worker and a dispatcher in this process. */
export interface Engine {
  readonly temporal: Client;
  readonly db: Pool;
  readonly log: pino.Logger;
  readonly project: { readonly models: typeof toyModels };
  end(): Promise<void>;
}

/** Starts the engine around the toy project. */
export async function startEngine(): Promise<Engine> {
  const address = process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'];
  if (!address) throw new Error('PERENNIAL_TEST_TEMPORAL_ADDRESS is not set: run `npm test`, which starts the stack.');
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const log = pino({ level: process.env['PERENNIAL_TEST_LOG_LEVEL'] ?? 'silent' });
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
  const workflowBundle = await workflows();
  const [database, state] = await Promise.all([createTestDatabase(), mkdtemp(join(tmpdir(), 'perennial-keeper-'))]);
  const db = openDb(database.url);
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await ensureSearchAttributes(address, namespace);
  const temporal = new Client({ connection, namespace });

  const environment = readEnvironment({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: address,
    PERENNIAL_STATE: state,
  });
  const artifacts = diskArtifacts(db, environment.artifacts);
  const runStep = createRunStep({
    db,
    artifacts,
    environment,
    log,
    standard: [deploySteps, toySteps],
    standardCode: aCode(),
    project: null,
  });
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: 'perennial-cpu',
    workflowBundle,
    activities: {
      ...Object.fromEntries(['make-version', 'deploy', 'decline'].map((name) => [name, runStep(name)])),
      ...createEngineActivities({
        db,
        artifacts,
        pipelines: [toyRetrain, toyWaiting],
        build: environment.engine,
        project: 'toys',
      }),
      ...keeperActivities({ db, project: { models: toyModels } }),
    },
  });
  const running = worker.run();
  const outbox = startOutbox({ db, temporal, databaseUrl: database.url, log });
  return {
    temporal,
    db,
    log,
    project: { models: toyModels },
    async end() {
      await outbox.stop();
      worker.shutdown();
      await running;
      await Promise.all([native.close(), connection.close(), db.end()]);
      await database.drop();
      await rm(state, { recursive: true, force: true });
    },
  };
}

/** What `look` answers once it is no longer null; the test's own time limit ends the waiting. */
export async function eventually<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** The bundle of the build that the suite has just made; from the sources when this file is run by hand. */
async function workflows(): Promise<{ readonly codePath: string } | { readonly code: string }> {
  const codePath = builtFile('workflow-bundle.js');
  if (process.env['PERENNIAL_TEST_STATE'] !== undefined && existsSync(codePath)) return { codePath };
  const quiet = (): void => undefined;
  const workflowsPath = join(__dirname, '..', '..', '..', 'workflows', 'index.ts');
  return bundleWorkflowCode({
    workflowsPath,
    preloadModules: [workflowsPath],
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
}
