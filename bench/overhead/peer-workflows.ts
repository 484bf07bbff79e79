import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type * as activities from './peer-activities';

const { noop } = proxyActivities<typeof activities>({ startToCloseTimeout: '1m', retry: { maximumAttempts: 3 } });

const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: '10s', retry: { maximumAttempts: 3 } });

/** What an engineer would write by hand for a chain of steps. */
export async function chain(length: number): Promise<number> {
  let n = 0;
  for (let i = 0; i < length; i += 1) n = (await noop({ n })).n;
  return n;
}

/** The same with local activities. */
export async function lightChain(length: number): Promise<number> {
  let n = 0;
  for (let i = 0; i < length; i += 1) n = (await local.noop({ n })).n;
  return n;
}

/** What an engineer would write by hand for a fan-out. */
export async function fanOut(items: number[]): Promise<number[]> {
  const done = await Promise.all(items.map((n) => noop({ n })));
  return done.map(({ n }) => n);
}
