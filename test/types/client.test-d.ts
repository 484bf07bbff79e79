// Danger: a client that starts what cannot run, or gives a run's value another type than its pipeline has.
import type { StepOutputOf } from '../../core';
import type { PerennialClient, RunHandle } from '../../client';
import { train, trainChurn } from './churn';
import { type Equal, holds } from './equal';

export async function typed(client: PerennialClient): Promise<unknown> {
  const run = await client.start(trainChurn, { table: 'events', seeds: [1] });
  holds<Equal<typeof run, RunHandle<{ url: string } | null>>>();
  const past = client.run(trainChurn, 'train-churn-1');
  holds<Equal<typeof past, typeof run>>();
  const trained = await past.outputOf(train, 'per-seed[0]/train');
  holds<Equal<typeof trained, StepOutputOf<typeof train>>>();
  return [run, trained];
}

export function refused(client: PerennialClient, run: RunHandle<{ url: string } | null>): void {
  // @ts-expect-error a config without what has no default
  void client.start(trainChurn, { table: 'events' });
  // @ts-expect-error a config of another type
  void client.start(trainChurn, { table: 'events', seeds: ['one'] });
  // @ts-expect-error a pipeline by its name: nothing would be known of its types
  void client.start('train-churn', { table: 'events', seeds: [1] });
  // @ts-expect-error a step by its name
  void run.outputOf('train');
  // @ts-expect-error an answer by nobody
  void run.approve('release', { approved: true });
}
