import type { History } from '@temporalio/common/lib/proto-utils';
import { IllegalStateError } from '@temporalio/common';
import { Runtime, Worker } from '@temporalio/worker';

/** Keeps the SDK's own lines of replays out of what a command prints. Before the first replay; a second time changes nothing. */
export function silenceRuntime(): void {
  const quiet = (): void => undefined;
  try {
    Runtime.install({
      shutdownSignals: [],
      logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
      telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
    });
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
  }
}

interface Replayed {
  readonly workflowId: string;
  readonly history: History;
}

/** Why a history could not be gone through with this code. */
export interface ReplayFault {
  /**
   * `otherwise`: the code asked for something else than it had asked for then. `failed`: it threw, which fails the
   * workflow's task, and Temporal tries that again until there is other code.
   */
  readonly kind: 'otherwise' | 'failed';
  /** In the words of Temporal's SDK. */
  readonly why: string;
}

/** Goes through histories again with the code of one bundle, one at a time. Nothing is executed, and no server is needed. */
export interface Replayer {
  /** @returns null: the code decides as it did then */
  replay(workflow: string, history: History): Promise<ReplayFault | null>;
  close(): Promise<void>;
}

/** @param codePath a bundle of workflows */
export function openReplayer(codePath: string): Replayer {
  let next: Replayed | null = null;
  async function* asked(): AsyncGenerator<Replayed> {
    for (let one = next; one !== null; one = next) {
      next = null;
      yield await Promise.resolve(one);
    }
  }
  const results = Worker.runReplayHistories({ workflowBundle: { codePath } }, asked());
  return {
    async replay(workflowId, history) {
      // Nothing was decided yet, so nothing can be decided otherwise; the SDK would wait for more of it for ever.
      if (!history.events?.some((event) => event.workflowTaskCompletedEventAttributes)) return null;
      next = { workflowId, history };
      const result: IteratorResult<{ error?: Error }, unknown> = await results.next();
      if (result.done === true) throw new Error(`The replay ended before ${workflowId}.`);
      const { error } = result.value;
      return error === undefined ? null : faultOf(error);
    },
    async close() {
      next = null;
      await results.next();
    },
  };
}

function faultOf({ name, message }: Error): ReplayFault {
  return { kind: name === 'DeterminismViolationError' ? 'otherwise' : 'failed', why: shortened(message) };
}

/** The SDK's core tells of an error by everything that it knows of it: one field is for people. */
function shortened(message: string): string {
  const said = /Failure \{ message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? /Details: (.*)$/s.exec(message)?.[1];
  return (said ?? message).replaceAll('\\"', '"').replace('[TMPRL1100] Nondeterminism error: ', '').trim();
}
