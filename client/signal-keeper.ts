import type { Client } from '@temporalio/client';
import type { KeeperEvent } from '../core/keep/event';
import { searchAttributes } from './search-attributes';
import { WORKFLOW_QUEUE } from './start-run';

/** The type of every keeper's workflow. */
const KEEPER = 'perennial.keeper';

/** The Workflow ID of a model's keeper: there is one, for ever. */
export function keeperId(model: string): string {
  return `keeper-${model}`;
}

/** Brings an event to a model's keeper, starting the keeper where there is none. An event told twice is decided once. */
export async function signalKeeper(temporal: Client, model: string, event: KeeperEvent): Promise<void> {
  await temporal.workflow.signalWithStart(KEEPER, { ...startOf(model), signal: 'event', signalArgs: [event] });
}

/** Starts a model's keeper; one that runs is left alone. It gets its memory back from the records. */
export async function startKeeper(temporal: Client, model: string): Promise<void> {
  await temporal.workflow.start(KEEPER, { ...startOf(model), workflowIdConflictPolicy: 'USE_EXISTING' });
}

function startOf(model: string) {
  return {
    workflowId: keeperId(model),
    taskQueue: WORKFLOW_QUEUE,
    args: [{ model }],
    typedSearchAttributes: searchAttributes({ model }),
  };
}
