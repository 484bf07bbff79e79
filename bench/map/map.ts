import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTemporal } from '../../client/connection';
import { startStack } from '../../workers/embedded/stack';
import { packageRoot } from '../../workers/package-root';
import type { BenchOptions } from '../options';
import { bundlePeer, PEER, startPeer } from '../overhead/peer';
import { compare } from '../report';
import { type FanOut, measure, type Sample } from './fan-out';

const SIZES = [100, 1_000, 10_000] as const;
/** A map of 10,000 items costs an item, and a workflow, what one of 100 does. */
const FLAT = 1.2;
const UNITS: Readonly<Record<keyof Sample, string>> = {
  time: 'ms an item',
  cpu: 'CPU ms an item',
  memory: 'MiB',
  events: 'events an item',
  largest: 'events of the largest workflow',
};
const NOT_MEASURED = ['a real Temporal cluster', 'several workers', 'work inside a step', 'a map that is rerun'];

interface Pair {
  readonly ours: Sample;
  readonly peer: Sample;
}

/**
 * Maps of three lengths through the engine with all its records, in shards where they are long; beside them a hand-written
 * fan-out over child workflows of as many items. Each length has servers and workers of its own, warmed up by a short map.
 */
export async function map({ runs, onLine, note }: BenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  const bundle = await bundlePeer(folder, join(__dirname, 'peer-workflows.js'));
  let shortest: readonly Pair[] = [];
  for (const size of SIZES) {
    const pairs: Pair[] = [];
    for (let round = 1; round <= runs; round += 1) {
      note(`map: ${size} items, round ${round} of ${runs}`);
      pairs.push(await measureBoth(size, bundle));
    }
    if (size === SIZES[0]) shortest = pairs;
    for (const what of ['events', 'largest', 'memory', 'time', 'cpu'] as const) {
      const ours = pairs.map((pair) => pair.ours[what]);
      const itself = shortest.map((pair) => pair.ours[what]);
      const byHand = pairs.map((pair) => pair.peer[what]);
      const peers = [
        { name: `${SIZES[0]}-items`, version: 'itself', values: itself, goal: FLAT },
        { ...PEER, values: byHand },
      ];
      onLine(compare(`map/${size}-items/${what}`, UNITS[what], ours, peers, { notMeasured: NOT_MEASURED }));
    }
  }
  await rm(folder, { recursive: true, force: true });
}

async function measureBoth(size: number, bundle: string): Promise<Pair> {
  const state = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  const project = join(packageRoot(), 'bench', 'overhead', 'project');
  const stack = await startStack({ state, project, only: ['temporal', 'postgres', 'worker-cpu'] });
  const hand = await startPeer(stack.addresses.temporal, bundle);
  const client = await connectTemporal({ address: stack.addresses.temporal });
  const { temporal = 0, postgres = 0, 'worker-cpu': worker = 0 } = stack.pids;
  const whole = (pid: number) => ({ pid, withChildren: true });
  const servers = {
    temporal: whole(temporal),
    postgres: whole(postgres),
    client: { pid: process.pid, withChildren: false },
  };
  const ours: FanOut = {
    client,
    type: 'bench-fan-out',
    taskQueue: 'perennial-cpu',
    argument: (items) => ({ config: { items }, plan: 'current' }),
    shards: '/items#',
    worker,
    parts: { ...servers, worker: whole(worker) },
  };
  const byHand: FanOut = {
    ...ours,
    type: 'fanOutInShards',
    taskQueue: hand.queue,
    argument: (items) => items,
    shards: '/',
    worker: hand.pid,
    parts: { ...servers, worker: whole(hand.pid) },
  };
  try {
    for (const form of [ours, byHand]) await measure(form, SIZES[0]);
    return { ours: await measure(ours, size), peer: await measure(byHand, size) };
  } finally {
    await client.connection.close();
    await hand.stop();
    await stack.stop();
    await rm(state, { recursive: true, force: true });
  }
}
