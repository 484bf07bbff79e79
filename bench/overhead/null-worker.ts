import { tmpdir } from 'node:os';
import { NativeConnection, Worker } from '@temporalio/worker';
import { z } from 'zod';
import { createRunStep, toStepCode } from '../../activities/run-step';
import { planHash } from '../../core';
import type { EngineActivities } from '../../core/interpret/activity';
import { diskArtifacts } from '../../store/artifacts';
import { openDb } from '../../store/db';
import { readEnvironment } from '../../store/environment';
import type { NodeRecords } from '../../store/nodes/node-records';
import { installRuntime, openLog } from '../../workers/log';
import { builtFile } from '../../workers/package-root';
import { workerTuning } from '../../workers/tuning';
import { NULL_POOL } from './null-pool';
import { workloads } from './project/pipelines';
import { codeOf } from './project/steps';

const { TEMPORAL_ADDRESS } = z.object({ TEMPORAL_ADDRESS: z.string() }).parse(process.env);

const { pipelines, contracts } = workloads(NULL_POOL);
const nothing = (): Promise<void> => Promise.resolve();

/** Records that say yes to everything and keep nothing: what is left is the cost of everything else. */
const nodes: NodeRecords = {
  claim: () => Promise.resolve({ kind: 'claimed', fence: 1 }),
  commit: () => Promise.resolve(true),
  record: (_, { output }) => Promise.resolve({ output, mine: true }),
};

const engine: Partial<EngineActivities> = {
  'perennial.resolve-plan'({ pipeline, config }) {
    const found = pipelines.find(({ name }) => name === pipeline);
    if (!found) throw new Error(`no pipeline ${pipeline}`);
    return Promise.resolve({ hash: planHash(found.plan), plan: found.plan, config });
  },
  'perennial.begin-run': nothing,
  'perennial.note-node': () => Promise.resolve(undefined),
  'perennial.end-run': nothing,
};

/** A worker of the engine without records. Says `ready` on its channel, ends with it. */
async function main(): Promise<void> {
  const log = openLog('null-worker', 'info');
  installRuntime(log);
  // Never asked: nothing here reads or writes a database.
  const url = 'postgresql://nobody@127.0.0.1:1/nothing';
  const db = openDb(url);
  const runStep = createRunStep({
    db,
    nodes,
    artifacts: diskArtifacts(db, tmpdir()),
    environment: { ...readEnvironment({ DATABASE_URL: url, PERENNIAL_STATE: tmpdir() }), engine: 'bench' },
    log,
    standard: [codeOf(contracts)],
    standardCode: toStepCode({ files: {}, packages: {}, build: 'bench', whole: null }),
    project: null,
  });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: TEMPORAL_ADDRESS }),
    taskQueue: `perennial-${NULL_POOL}`,
    workflowBundle: { codePath: builtFile('workflow-bundle.js') },
    activities: { noop: runStep('noop'), quick: runStep('quick'), ...engine },
    ...workerTuning('cpu'),
  });
  process.once('disconnect', () => {
    worker.shutdown();
  });
  const running = worker.run();
  process.send?.('ready');
  await running;
}

void main().then(() => process.exit(0));
