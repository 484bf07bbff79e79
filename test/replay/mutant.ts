import { sleep } from '@temporalio/workflow';
import run from '../../workflows';

/** The control of the replay test: what a change in the order of commands looks like. */
export default async function mutant(argument: unknown): Promise<unknown> {
  await sleep(1);
  return run(argument);
}
