import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { cpuSeconds, type Part } from '../cpu';

/** What one fan-out cost. */
export interface Sample {
  /** ms an item. */
  readonly time: number;
  /** CPU ms an item: Temporal, Postgres, the worker and this client. */
  readonly cpu: number;
  /** The worker's greatest resident memory since it began, MiB. */
  readonly memory: number;
  /** Events an item, in all workflows together. */
  readonly events: number;
  /** Events of the largest workflow. */
  readonly largest: number;
}

/** A fan-out in one of its two forms. */
export interface FanOut {
  readonly client: Client;
  readonly type: string;
  readonly taskQueue: string;
  readonly argument: (items: readonly number[]) => unknown;
  /** What stands between a run's id and a shard's number in the shard's id. */
  readonly shards: string;
  /** The process that works. */
  readonly worker: number;
  /** All whose CPU counts. */
  readonly parts: Readonly<Record<string, Part>>;
}

const SHARD = 200;

/** Runs a fan-out over so many items to its end. */
export async function measure(form: FanOut, size: number): Promise<Sample> {
  const { client, type, taskQueue } = form;
  const workflowId = `${type}-${randomUUID()}`;
  const items = Array.from({ length: size }, (_, i) => i);
  const cpu = spentBy(form);
  const began = performance.now();
  await client.workflow.execute(type, { workflowId, taskQueue, args: [form.argument(items)] });
  const time = (performance.now() - began) / size;
  const spent = ((spentBy(form) - cpu) * 1_000) / size;
  const shards = size <= SHARD ? 0 : Math.ceil(size / SHARD);
  const ids = [workflowId, ...Array.from({ length: shards }, (_, i) => `${workflowId}${form.shards}${i}`)];
  const lengths = await Promise.all(ids.map((id) => eventsOf(client, id)));
  const events = lengths.reduce((sum, length) => sum + length, 0) / size;
  return { time, cpu: spent, memory: peakMemory(form.worker), events, largest: Math.max(...lengths) };
}

/** CPU seconds of all parts so far. */
function spentBy({ parts }: FanOut): number {
  return Object.values(cpuSeconds(parts)).reduce((sum, seconds) => sum + seconds, 0);
}

/** The length of an ended workflow's history. */
async function eventsOf(client: Client, id: string): Promise<number> {
  for (;;) {
    const { historyLength, status } = await client.workflow.getHandle(id).describe();
    if (status.name !== 'RUNNING') return historyLength;
    await sleep(20);
  }
}

function peakMemory(pid: number): number {
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1]) / 1_024;
}
