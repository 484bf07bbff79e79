import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { RunInput } from '../core/interpret/activity';
import type { TriggeredPayload } from '../store/triggers/triggered-payload';
import { searchAttributes } from './search-attributes';
import { WORKFLOW_QUEUE } from './start-run';

/** Temporal takes 200 bytes. */
const SUMMARY = 200;

/**
 * Starts the run that a data set version, or what a sensor saw, asks for. Its id is made of either, so that a start which is told twice is one run.
 *
 * @returns false: it had been started before
 */
export async function startTriggered(
  temporal: Client,
  { pipeline, run, config, why }: TriggeredPayload,
): Promise<boolean> {
  const input: RunInput = { config, plan: 'current' };
  try {
    await temporal.workflow.start(pipeline, {
      workflowId: run,
      taskQueue: WORKFLOW_QUEUE,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      typedSearchAttributes: searchAttributes({ pipeline }),
      staticSummary: Buffer.from(why).subarray(0, SUMMARY).toString(),
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
