import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Pool } from 'pg';
import { perennialError } from '../../core/errors';
import { countUnsettled } from '../../store/keeper/count-unsettled';
import { championOf } from '../../store/models/champion-of';
import type { Api } from './traffic';

const POLL = 50;

/** Waits until the schedule has reported `ticks` causes, every cause has its decision, and no retrain is open. */
export async function keeperSettled(db: Pool, model: string, ticks: number, limit = 180_000): Promise<void> {
  await until(limit, `the keeper of ${model} to settle`, async () => {
    const { scheduled, undecided, open } = await countUnsettled(db, model);
    return scheduled >= ticks && undecided === 0 && open === 0;
  });
}

const Serving = z.object({ processes: z.array(z.object({ version: z.int().nullable() })).min(1) });

/** Waits until every serving process answers with the champion. @returns its version */
export async function championServed(db: Pool, api: Api, limit = 30_000): Promise<number> {
  let served = 0;
  await until(limit, `the champion of ${api.model} to be served`, async () => {
    const champion = await championOf(db, api.model);
    const response = await fetch(`${api.url}/v1/models/${api.model}`, { headers: api.headers });
    if (!champion || !response.ok) return false;
    served = champion.version;
    const { processes } = Serving.parse(await response.json());
    return processes.every((process) => process.version === served);
  });
  return served;
}

async function until(limit: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + limit;
  while (!(await holds())) {
    if (performance.now() > deadline) throw perennialError('PER_STACK_040', `Waited ${limit / 1000} s for ${what}.`);
    await pause(POLL);
  }
}
