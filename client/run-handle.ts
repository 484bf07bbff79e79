import type { OutputOf, Pipeline, StepContract, StepOutputOf } from '../core';
import { readOutput } from '../core/define/read-output';
import { perennialError } from '../core/errors';
import type { GivenAnswer } from '../core/plan/approval';
import { findOutput } from '../store/nodes/find-output';
import { findRun } from '../store/runs/find-run';
import type { RunRow } from '../store/runs/run-row';
import { type ApprovalAnswer, approve } from './approve';
import { awaitRun, type EndedRun } from './await-run';
import { type CancelRun, cancelRun } from './cancel-run';
import type { Connection } from './connection';
import { type RunEvent, runEvents } from './run-events';
import { type LogLine, type LogsAsked, runLogs } from './run-logs';

/** How long to wait. */
export interface Waiting {
  /** ms; without it, as long as it takes. */
  readonly timeout?: number;
}

/** A run, under way or past. `Out` is what its pipeline gives. */
export interface RunHandle<Out> {
  readonly id: string;
  /**
   * Waits for the run's value.
   *
   * @throws PER_RUN_082 it did not complete, PER_KEEP_004 unknown run, PER_KEEP_008 the time is up
   */
  result(waiting?: Waiting): Promise<Out>;
  /** Waits for the run's end, however it ends. @throws PER_KEEP_004 PER_KEEP_008 */
  ended(waiting?: Waiting): Promise<EndedRun>;
  /** `unknown`: the records have not heard of it, so that nobody has begun it yet. */
  status(): Promise<RunRow['status'] | 'unknown'>;
  /**
   * What a step gave at an address (`train`, `per-seed[3]/train`), parsed by its contract; at the step's own name where no
   * address is given.
   *
   * @throws PER_RUN_083 nothing there, or nothing of this contract; PER_RUN_084 a run of another pipeline; PER_KEEP_004
   */
  outputOf<S extends StepContract>(step: S, address?: string): Promise<StepOutputOf<S>>;
  /** Tells of the run from its beginning to its end. Ask as often as you like: nothing is missed. */
  events(): AsyncGenerator<RunEvent, void, undefined>;
  /** What its steps have logged, in order; with `follow` what they will log too, to the run's end. @throws PER_DEF_002 */
  logs(asked?: LogsAsked): AsyncGenerator<LogLine, void, undefined>;
  /** Answers an approval. @throws PER_RUN_016 PER_RUN_030 PER_KEEP_004 PER_KEEP_005 PER_RUN_036 PER_KEEP_011 to PER_KEEP_014 */
  approve(address: string, answer: Omit<ApprovalAnswer, 'node'>): Promise<GivenAnswer>;
  /** Asks the run to cancel. @throws PER_KEEP_004 */
  cancel(how?: Partial<CancelRun>): Promise<void>;
}

/** A handle of the run of an id, which need not have begun. */
export function handleOf<P extends Pipeline>(connection: Connection, pipeline: P, id: string): RunHandle<OutputOf<P>>;
export function handleOf(connection: Connection, pipeline: Pipeline, id: string): RunHandle<unknown> {
  const { db } = connection;
  const handle: RunHandle<unknown> = {
    id,
    async result(waiting = {}) {
      const { status, output, reason, pipeline: ran } = await awaitRun(connection, id, waiting);
      if (ran !== '') refuseOther(pipeline, id, ran);
      if (status === 'completed') return output;
      throw perennialError('PER_RUN_082', `${id} ended as ${status}: ${reason ?? status}`);
    },
    ended: (waiting = {}) => awaitRun(connection, id, waiting),
    status: async () => (await findRun(db, id))?.status ?? 'unknown',
    async outputOf(step, address = step.name) {
      const run = await findRun(db, id);
      if (run === null) throw perennialError('PER_KEEP_004', `The records hold no run '${id}'.`);
      refuseOther(pipeline, id, run.pipeline);
      return readOutput(step, address, (await findOutput(db, id, address))?.output);
    },
    events: () => runEvents(connection, id),
    logs: (asked) => runLogs(connection, id, asked),
    approve: (address, answer) => approve(connection, id, { ...answer, node: address }),
    async cancel(how = {}) {
      await cancelRun(connection, id, how);
    },
  };
  return handle;
}

function refuseOther({ name }: Pipeline, id: string, ran: string): void {
  if (ran === name) return;
  throw perennialError('PER_RUN_084', `${id} is a run of ${ran}, not of ${name}.`);
}
