import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Implementation, Json, StepContext, StepLog } from '../../core';
import { implementationsIn, isCommand, resourceValues } from '../../core';
import { perennialError } from '../../core/errors';
import { readTraceparent } from '../../core/trace/run-trace';
import { diskArtifacts } from '../../store/artifacts';
import { openDb } from '../../store/db';
import { readEnvironment } from '../../store/environment';
import { flushTracing, openTracing } from '../../telemetry';
import { callHandler } from './call-handler';
import { programHandler, usageWithPrograms } from './command';
import type { EngineContext } from './context';
import type { Usage } from './cost';
import { endGroup, FOLDER } from './execution-folder';
import { describe } from './failure';
import { JsonValue } from './json-value';
import { findStep, type FoundStep } from './known-step';
import { type FromChild, ToChild } from './messages';
import { maskOf } from './resources';

// The child process of an isolated step: runs one execution, tells its worker, ends. It leads a process group of its
// own, which the worker kills as a whole.

// What its code throws is told by the lines of its sources.
process.setSourceMapsEnabled(true);
const parent = z.coerce.number().int().parse(process.env['PERENNIAL_PARENT']);
const folder = z.string().min(1).parse(process.env[FOLDER]);
new Worker(join(__dirname, 'watch-parent.js'), { workerData: { parent, folder } }).unref();

const cancelled = new AbortController();
process.on('SIGTERM', () => {
  cancelled.abort(new Error('the execution was cancelled'));
});
// Without its worker nobody takes the result: end, and everything that was started with it.
process.on('disconnect', () => {
  endGroup(folder);
});
process.once('message', (message) => {
  void work(ToChild.parse(message));
});

async function work(task: ToChild): Promise<void> {
  const { databaseUrl, artifacts, artifactsBase, project } = readEnvironment();
  const db = openDb(databaseUrl, { max: 2 });
  const given = task.resources ?? {};
  // Until the contract is known every text of the values counts as secret.
  let mask = maskOf([], new Map(Object.entries(given)));
  const context: Omit<EngineContext, 'resources'> = {
    run: task.run,
    address: task.address,
    fence: task.fence,
    key: `${task.run}/${task.address}`,
    signal: cancelled.signal,
    device: task.device,
    log: logThroughWorker(),
    progress: (value) => {
      tell({ type: 'progress', value });
    },
    artifacts: diskArtifacts(db, artifacts, artifactsBase),
    db,
    given: (resource) => new Map(Object.entries(given)).get(resource),
    inCommit: () => {
      throw perennialError('PER_RUN_017', `The isolated step '${task.step}' asked for an effect in its commit.`);
    },
  };
  const act = async (): Promise<Json> => {
    const step = await load(task);
    mask = maskOf(Object.values(step.contract.resources), new Map(Object.entries(given)));
    const resources = await resourceValues(step.contract.resources, given);
    const full: StepContext = { ...context, resources };
    const { contract, handler } = step;
    if (!isCommand(handler)) return callHandler({ contract, handler }, task.input, full);
    usage = usageWithPrograms;
    const program = programHandler(handler, contract, { db, project, folder, mask, resources: given });
    return callHandler({ contract, handler: program }, task.input, full);
  };
  let usage = ownUsage;
  const end = (): Promise<FromChild> =>
    act().then(
      (output): FromChild => ({ type: 'done', output, usage: usage() }),
      (error: unknown): FromChild => ({ type: 'failed', failure: describe(error, task.never, mask), usage: usage() }),
    );
  const last = await traced(task, end);
  tell(last, () => {
    void flushTracing(LAST_SPANS).then(() => process.exit(0));
  });
}

/** ms that the worker waits for the spans of a step that is over. */
const LAST_SPANS = 500;

/** Does the work in a span of this process below the one that the worker handed over, where it did. */
async function traced(task: ToChild, work: () => Promise<FromChild>): Promise<FromChild> {
  const below = readTraceparent(process.env['TRACEPARENT']);
  const tracing = below === null ? null : await openTracing({ name: 'perennial-step' });
  if (tracing === null) return work();
  const { step, pool, run, address } = task;
  const attributes = {
    'perennial.step': step,
    'perennial.pool': pool,
    'perennial.run': run,
    'perennial.address': address,
  };
  return tracing.within({ name: `process ${step}`, attributes, below }, async (span) => {
    // For a program that the step runs.
    process.env['TRACEPARENT'] = span.traceparent();
    const last = await work();
    if (last.type === 'failed') span.failed(last.failure.type);
    return last;
  });
}

/** The step's code: from the project's bundle, or from the engine's own stages. */
async function load(task: ToChild): Promise<FoundStep> {
  const implementations = task.bundle === null ? await standard(task.step) : await fromBundle(task.bundle, task.pool);
  const found = findStep(implementations, task.step);
  if (found === null) throw perennialError('PER_RUN_010', `The child process has no code for the step '${task.step}'.`);
  return found;
}

async function standard(step: string): Promise<readonly Implementation[]> {
  const { loadStandardStep } = await import('../standard-loaders.js');
  return loadStandardStep(step);
}

const Bundle = z.object({
  config: z.object({
    steps: z.record(
      z.string(),
      z.custom<() => Promise<object>>((f) => typeof f === 'function'),
    ),
  }),
});

async function fromBundle(path: string, pool: string): Promise<readonly Implementation[]> {
  const { config } = Bundle.parse(createRequire(path)(path));
  const loader = config.steps[pool];
  return loader === undefined ? [] : implementationsIn(await loader());
}

function logThroughWorker(): StepLog {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    tell({ type: 'log', level, fields: plain(fields), message });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Log fields as JSON; what has no JSON form is left out, errors say their message. */
function plain(fields: object): Record<string, Json> {
  const text = JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? value.message : value));
  return z.record(z.string(), JsonValue).catch({}).parse(JSON.parse(text));
}

function ownUsage(): Usage | null {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuMs: (userCPUTime + systemCPUTime) / 1_000, peakRss: maxRSS * 1_024 };
}

function tell(message: FromChild, then: () => void = () => undefined): void {
  process.send?.(message, then);
}
