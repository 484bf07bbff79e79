import { randomBytes } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { checkAnswer } from '../../../activities/check-answer';
import { planHash, type StepContext } from '../../../core';
import { isPerennialError } from '../../../core/errors';
import type { EndRunArgument, EngineActivities, NodeNote, StepArgument } from '../../../core/interpret';
import { ensureSearchAttributes } from '../../../workers/search-attributes';
import { recordHistory } from '../../replay/record';
import { bundleWorkflows } from '../../workflows/bundle-workflows';
import { pipelines, Stumbled, toySteps } from './toys';

/** What the records of one run would hold. */
export interface Records {
  readonly notes: NodeNote[];
  readonly executed: StepArgument[];
  begun: boolean;
  end: EndRunArgument | null;
}

/** The real workflows on the tests' server in a namespace of their own; records are kept in memory. */
export interface Engine {
  readonly client: Client;
  recordsOf(run: string): Records;
  start(pipeline: string, config: object): Promise<WorkflowHandle>;
  /** Writes a history where PERENNIAL_RECORD_HISTORIES says, for test/replay. */
  record(handle: WorkflowHandle, name: string): Promise<void>;
  end(): Promise<void>;
}

/** Keeps the SDK's own lines out of the tests' output. Before anything of the SDK's runtime is used. */
export function silenceSdk(): void {
  Runtime.install({
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
    logger: quiet,
  });
}

export async function startEngine(): Promise<Engine> {
  const address = process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'];
  if (!address) throw new Error('PERENNIAL_TEST_TEMPORAL_ADDRESS is not set: run `npm test`, which starts the stack.');
  silenceSdk();
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await ensureSearchAttributes(address, namespace);
  const native = await NativeConnection.connect({ address });
  const engine = await engineOn(native, new Client({ connection, namespace }));
  return {
    ...engine,
    async end() {
      await engine.end();
      await Promise.all([native.close(), connection.close()]);
    },
  };
}

/** The same on any server, which stays when it ends. */
export async function engineOn(native: NativeConnection, client: Client): Promise<Engine> {
  const { namespace } = client.options;
  const runs = new Map<string, Records>();
  const recordsOf = (run: string): Records => {
    const records = runs.get(run) ?? { notes: [], executed: [], begun: false, end: null };
    runs.set(run, records);
    return records;
  };
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: 'perennial-cpu',
    // Task queues in histories carry it.
    identity: 'test-worker',
    workflowBundle: { code: await bundleWorkflows('workflows/index.ts') },
    activities: { ...steps(recordsOf), ...engineActivities(recordsOf) },
  });
  const running = worker.run();
  return {
    client,
    recordsOf,
    start: (pipeline, config) =>
      client.workflow.start(pipeline, {
        workflowId: `${pipeline}-${randomBytes(4).toString('hex')}`,
        taskQueue: 'perennial-cpu',
        args: [{ config, plan: 'current' }],
      }),
    record: recordHistory,
    async end() {
      worker.shutdown();
      await running;
    },
  };
}

const nothing = (): void => undefined;
const quiet = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

function refuse(error: unknown): never {
  if (!isPerennialError(error)) throw error;
  throw ApplicationFailure.nonRetryable(error.message, error.code);
}

/** Reruns need records that outlive a run: test/e2e/rerun has them. */
async function noRerun(): Promise<never> {
  throw ApplicationFailure.nonRetryable('these runs have no records to be rerun from');
}

/** All steps are of the workflows' own pool, whose workers look by themselves. */
async function noCache(): Promise<never> {
  throw ApplicationFailure.nonRetryable('nobody looks into the cache before a step of this pool is handed out');
}

function engineActivities(recordsOf: (run: string) => Records): EngineActivities {
  return {
    async 'perennial.resolve-plan'({ pipeline, config }) {
      const found = pipelines.find(({ name }) => name === pipeline);
      if (!found) throw ApplicationFailure.nonRetryable(`no pipeline ${pipeline}`, 'PER_RUN_012');
      const parsed = found.config.parse(config);
      return { hash: planHash(found.plan), plan: found.plan, config: parsed };
    },
    async 'perennial.begin-run'({ run }) {
      recordsOf(run).begun = true;
    },
    'perennial.begin-rerun': noRerun,
    'perennial.reuse-outputs': noRerun,
    'perennial.look-up-cached': noCache,
    async 'perennial.note-node'({ run, notes }) {
      recordsOf(run).notes.push(...notes);
      return undefined;
    },
    async 'perennial.check-answer'(argument) {
      return { ...(await checkAnswer(pipelines, argument).catch(refuse)), at: '2001-01-01T00:00:00.000Z' };
    },
    async 'perennial.intervene'({ ask }) {
      return { output: ask.action === 'skip' ? (ask.output ?? null) : null };
    },
    async 'perennial.end-run'(argument) {
      recordsOf(argument.run).end = argument;
    },
  };
}

function steps(recordsOf: (run: string) => Records): Record<string, (argument: StepArgument) => Promise<unknown>> {
  return Object.fromEntries(
    Object.entries(toySteps.contracts).map(([key, contract]) => [
      contract.name,
      async (argument: StepArgument) => {
        recordsOf(argument.run).executed.push(argument);
        const beat = contract.heartbeat === null ? undefined : setInterval(() => Context.current().heartbeat(), 50);
        try {
          const handler = toySteps.handlers[key];
          if (typeof handler !== 'function') throw new Error('these steps have no programs');
          return await handler(contract.input.parse(argument.input), contextOf(argument));
        } catch (error) {
          throw error instanceof Stumbled
            ? ApplicationFailure.create({ message: error.message, type: error.type })
            : error;
        } finally {
          clearInterval(beat);
        }
      },
    ]),
  );
}

function contextOf({ run, address }: StepArgument): StepContext {
  const { cancellationSignal: signal } = Context.current();
  const refuse = (): never => {
    throw new Error('these steps have no artifacts');
  };
  const artifacts = { putFile: refuse, putBytes: refuse, pathOf: refuse, read: refuse };
  const rest = {
    device: null,
    fence: 1,
    key: `${run}/${address}`,
    signal,
    log: quiet,
    progress: nothing,
    artifacts,
    resources: {},
  };
  return { run, address, ...rest };
}
