import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { goesOn } from './deployment';
import { openWorkflows } from './open-workflows';

/** Between two times of telling, ms, and how many there are at most. */
const AGAIN = 500;
const TIMES = 10;

/**
 * Tells keepers and back-fills that another build is current: one that nothing wakes would keep its old build from draining. A task
 * that begins before all of the server knows of it says nothing of it, so those that stay are told again for a while.
 *
 * @returns how many there were to tell
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function tellOfCurrent(temporal: Client, build: string): Promise<number> {
  const told = new Set<string>();
  for (let time = 0; time < TIMES; time += 1) {
    const elsewhere = await pinnedElsewhere(temporal, build);
    if (elsewhere.length === 0) break;
    for (const workflow of elsewhere) {
      told.add(workflow);
      // One that has ended since needs to hear nothing.
      await temporal.workflow
        .getHandle(workflow)
        .signal('build-changed')
        .catch(() => undefined);
    }
    await sleep(AGAIN);
  }
  return told.size;
}

async function pinnedElsewhere(temporal: Client, build: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflow, type, pinnedTo } of openWorkflows(temporal, [])) {
    if (goesOn(type) && pinnedTo !== null && pinnedTo !== build) found.push(workflow);
  }
  return found;
}
