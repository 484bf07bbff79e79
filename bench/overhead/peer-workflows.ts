import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './peer-activities';

const { noop } = proxyActivities<typeof activities>({ startToCloseTimeout: '1m', retry: { maximumAttempts: 3 } });

/** What an engineer would write by hand for a chain of steps. */
export async function chain(length: number): Promise<number> {
  let n = 0;
  for (let i = 0; i < length; i += 1) n = (await noop({ n })).n;
  return n;
}

/** What an engineer would write by hand for a fan-out. */
export async function fanOut(items: number[]): Promise<number[]> {
  const done = await Promise.all(items.map((n) => noop({ n })));
  return done.map(({ n }) => n);
}
