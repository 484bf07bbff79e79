import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OpenWorkflow, outdatedAmong } from './open-workflows';

/** Between two times of telling, ms, and how many there are at most. */
const AGAIN = 500;
const TIMES = 10;
const KEEPER = 'perennial.keeper';

/**
 * Tells keepers and back-fills that are pinned to another build that this one is current: one that nothing wakes would keep its old
 * build from draining. A back-fill moves when it takes its next partitions.
 *
 * @param which of them
 * @returns those told
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function tellOfCurrent(
  temporal: Client,
  build: string,
  which: (outdated: OpenWorkflow) => boolean = () => true,
): Promise<OpenWorkflow[]> {
  const outdated = (await outdatedAmong(temporal, build)).filter(which);
  for (const { workflow } of outdated) {
    // One that has ended since needs to hear nothing.
    await temporal.workflow
      .getHandle(workflow)
      .signal('build-changed')
      .catch(() => undefined);
  }
  return outdated;
}

/**
 * The same, and again for a while as long as keepers stay: a task that begins before all of the server knows of the change says
 * nothing of it. Who stays longer is told by the current build's workers.
 *
 * @returns how many there were to tell
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function tellUntilHeard(temporal: Client, build: string): Promise<number> {
  const told = new Set<string>();
  for (let time = 0; time < TIMES; time += 1) {
    // A back-fill hears it the first time, and moves when it comes to it.
    const outdated = await tellOfCurrent(
      temporal,
      build,
      ({ workflow, type }) => type === KEEPER || !told.has(workflow),
    );
    for (const { workflow } of outdated) told.add(workflow);
    if (!outdated.some(({ type }) => type === KEEPER)) break;
    await sleep(AGAIN);
  }
  return told.size;
}
