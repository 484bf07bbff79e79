import type { Pool } from 'pg';
import { type AnyHandler, isCommand, type Json, type StepBody, type StepContract, type StepLog } from '../../core';
import { perennialError } from '../../core/errors';
import type { ScratchArtifacts } from '../../store/artifacts';
import type { Effect, EngineContext } from '../run-step';
import { callHandler } from '../run-step/call-handler';
import { programHandler } from '../run-step/command';
import { withExecutionFolder } from '../run-step/execution-folder';
import { describe, type Failure } from '../run-step/failure';
import { type OpenedResources, outputHolds } from '../run-step/resources';
import { endOf, untilAbandoned } from '../run-step/until-abandoned';
import { type ListedEffects, listEffects } from './list-effects';
import { isRefusedWrite } from './refused-write';

/** One execution that is not recorded. */
export interface Spin {
  readonly contract: StepContract;
  readonly handler: StepBody;
  readonly run: string;
  readonly address: string;
  readonly input: Json;
  /** Read only. */
  readonly db: Pool;
  readonly artifacts: ScratchArtifacts;
  /** The project's folder: programs are found from it. */
  readonly project: string;
  readonly resources: OpenedResources;
  readonly device: string | null;
  readonly signal: AbortSignal;
  readonly log: StepLog;
  progress(value: Json): void;
}

/** How it ended. */
export type SpinEnd = { readonly wallMs: number } & (
  | { readonly kind: 'output'; readonly output: Json; readonly effects: ListedEffects }
  | { readonly kind: 'failed'; readonly failure: Failure }
);

/**
 * Executes a step once in this process, between the same borders as a worker does, and records nothing: no claim, no
 * commit, no cache. Isolated steps run here too, where a debugger sees them; programs run as ever. Never throws.
 */
export async function spinStep(spin: Spin): Promise<SpinEnd> {
  const { contract, resources, signal } = spin;
  const effects: Effect[] = [];
  const began = performance.now();
  try {
    const output = await untilAbandoned(orCrash(call(spin, effects)), endOf(signal));
    const wallMs = performance.now() - began;
    signal.throwIfAborted();
    const held = outputHolds(resources.mask, contract.name, output);
    if (held !== null) throw held;
    return { kind: 'output', output, effects: await listEffects(spin.db, effects), wallMs };
  } catch (error) {
    const wallMs = performance.now() - began;
    const failure = describe(reasonOf(spin, error), contract.retry.never, resources.mask);
    return { kind: 'failed', failure, wallMs };
  }
}

function call(spin: Spin, effects: Effect[]): Promise<Json> {
  const { contract, handler, input, db, project, resources } = spin;
  const context = contextOf(spin, effects);
  if (!isCommand(handler)) return callHandler({ contract, handler }, input, context);
  return withExecutionFolder((folder) => {
    const given = resources.givenFor(contract);
    const parts = { db, project, folder, mask: resources.mask, resources: given, ownGroup: true };
    const program: AnyHandler = programHandler(handler, contract, parts);
    return callHandler({ contract, handler: program }, input, context);
  });
}

/** Run, address and key are those of the node: other systems take what the step does there for the same effect again. */
function contextOf(spin: Spin, effects: Effect[]): EngineContext {
  const { contract, run, address, db, artifacts, resources, device, signal, log } = spin;
  return {
    run,
    address,
    // It has claimed nothing.
    fence: 0,
    key: `${run}/${address}`,
    signal,
    device,
    log,
    progress: (value) => {
      spin.progress(value);
    },
    artifacts,
    resources: resources.valuesOf(contract),
    db,
    given: (resource) => resources.given(resource),
    inCommit: (effect) => {
      effects.push(effect);
    },
  };
}

/** The work's result, or an error that its code threw where nobody waited for it: a worker would end by it. */
async function orCrash<T>(work: Promise<T>): Promise<T> {
  let listener: (error: unknown) => void = () => undefined;
  const crash = new Promise<never>((_, reject) => {
    listener = reject;
    process.on('uncaughtException', listener);
  });
  try {
    return await Promise.race([work, crash]);
  } finally {
    process.off('uncaughtException', listener);
  }
}

function reasonOf({ contract, address, signal }: Spin, error: unknown): unknown {
  if (signal.aborted) return signal.reason;
  if (!isRefusedWrite(error)) return error;
  const why = error instanceof Error ? error.message : String(error);
  return perennialError('PER_RUN_049', `The step '${contract.name}' at '${address}' was refused: ${why}.`, {
    cause: error,
  });
}
