import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { connectTemporal } from '../../client/connection';
import { startStack } from '../../workers/embedded/stack';
import { packageRoot } from '../../workers/package-root';
import { cpuSeconds } from '../cpu';
import type { BenchOptions } from '../options';
import { compare } from '../report';
import { bundlePeer, PEER, startPeer } from './peer';

/** One workload in both forms. `start` runs it to its end. */
interface Case {
  readonly name: string;
  readonly perennial: (client: Client) => Promise<unknown>;
  readonly peer: (client: Client, queue: string) => Promise<unknown>;
}

const ITEMS = Array.from({ length: 200 }, (_, i) => i);

const CASES: readonly Case[] = [
  {
    name: 'chain-50',
    perennial: (client) => ours(client, 'bench-chain-50', { n: 0 }),
    peer: (client, queue) => byHand(client, queue, 'chain', 50),
  },
  {
    name: 'fan-out-200',
    perennial: (client) => ours(client, 'bench-fan-out', { items: ITEMS }),
    peer: (client, queue) => byHand(client, queue, 'fanOut', ITEMS),
  },
  {
    name: '100-runs-of-6',
    perennial: (client) => Promise.all(Array.from({ length: 100 }, () => ours(client, 'bench-chain-6', { n: 0 }))),
    peer: (client, queue) => Promise.all(Array.from({ length: 100 }, () => byHand(client, queue, 'chain', 6))),
  },
  {
    name: 'one-run-of-6',
    perennial: (client) => ours(client, 'bench-chain-6', { n: 0 }),
    peer: (client, queue) => byHand(client, queue, 'chain', 6),
  },
];

const NOT_MEASURED = ['the database server of a real Temporal cluster', 'work inside a step', 'several machines'];

/**
 * The engine's own cost: no-op steps through Perennial, with all its records, beside a hand-written Temporal workflow
 * that records nothing, on the same server with the same worker options; taken in turn. CPU is that of Temporal, Postgres,
 * the worker at work and this client.
 */
export async function overhead({ runs, onLine, note }: BenchOptions): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  const stack = await startStack({
    state,
    project: join(packageRoot(), 'bench', 'overhead', 'project'),
    only: ['temporal', 'postgres', 'worker-cpu'],
    onProgress({ part, text }) {
      note(`${part}: ${text}`);
    },
  });
  const peer = await startPeer(stack.addresses.temporal, await bundlePeer(state));
  const client = await connectTemporal({ address: stack.addresses.temporal });
  const { temporal = 0, postgres = 0, 'worker-cpu': worker = 0 } = stack.pids;
  const servers = [temporal, postgres, process.pid];
  try {
    for (const each of CASES) {
      const wall = { ours: [] as number[], peer: [] as number[] };
      const cpu = { ours: [] as number[], peer: [] as number[] };
      // The first round warms both up and does not count.
      for (let round = 0; round <= runs; round += 1) {
        note(`${each.name}: round ${round} of ${runs}`);
        const own = await measure([...servers, worker], () => each.perennial(client));
        const hand = await measure([...servers, peer.pid], () => each.peer(client, peer.queue));
        if (round === 0) continue;
        wall.ours.push(own.wall);
        wall.peer.push(hand.wall);
        cpu.ours.push(own.cpu);
        cpu.peer.push(hand.cpu);
      }
      const options = { notMeasured: NOT_MEASURED };
      onLine(compare(`overhead/${each.name}/cpu`, 'CPU s', cpu.ours, [{ ...PEER, values: cpu.peer }], options));
      onLine(compare(`overhead/${each.name}/wall`, 's', wall.ours, [{ ...PEER, values: wall.peer }], options));
    }
  } finally {
    await client.connection.close();
    await peer.stop();
    await stack.stop();
    await rm(state, { recursive: true, force: true });
  }
}

function ours(client: Client, pipeline: string, config: object): Promise<unknown> {
  return client.workflow.execute(pipeline, {
    workflowId: `${pipeline}-${randomUUID()}`,
    taskQueue: 'perennial-cpu',
    args: [{ config, plan: 'current' }],
  });
}

function byHand(client: Client, taskQueue: string, type: string, argument: unknown): Promise<unknown> {
  return client.workflow.execute(type, { workflowId: `${type}-${randomUUID()}`, taskQueue, args: [argument] });
}

async function measure(pids: readonly number[], work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const cpu = cpuSeconds(pids);
  const began = performance.now();
  await work();
  const wall = (performance.now() - began) / 1_000;
  return { wall, cpu: cpuSeconds(pids) - cpu };
}
