import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTemporal } from '../../client/connection';
import { startStack } from '../../workers/embedded/stack';
import type { PartName } from '../../workers/embedded/stack-file';
import { packageRoot } from '../../workers/package-root';
import type { BenchOptions } from '../options';
import { bundlePeer, PEER, startPeer } from '../overhead/peer';
import { compare } from '../report';

const NOT_MEASURED = ['installation and build', 'the download of the Temporal binary'];

/**
 * From nothing running to the first run of six no-op steps done. Perennial: Temporal, Postgres, migrations, worker, run.
 * The peer: the same Temporal server and a hand-written worker, which has no database.
 */
export async function coldstart({ runs, onLine, note }: BenchOptions): Promise<void> {
  const ours: number[] = [];
  const peer: number[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  const bundle = await bundlePeer(folder);
  for (let round = 0; round <= runs; round += 1) {
    note(`coldstart: round ${round} of ${runs}`);
    const own = await timeFrom(['temporal', 'postgres', 'worker-cpu'], async (temporal) => {
      await runSix(temporal, 'perennial-cpu', 'bench-chain-6', { config: { n: 0 }, plan: 'current' });
      return () => Promise.resolve();
    });
    const hand = await timeFrom(['temporal'], async (temporal) => {
      const worker = await startPeer(temporal, bundle);
      await runSix(temporal, worker.queue, 'chain', 6);
      return () => worker.stop();
    });
    if (round === 0) continue;
    ours.push(own);
    peer.push(hand);
  }
  await rm(folder, { recursive: true, force: true });
  onLine(compare('coldstart/first-run', 's', ours, [{ ...PEER, values: peer }], { notMeasured: NOT_MEASURED }));
}

/** What is ended once the clock has stopped. */
type CleanUp = () => Promise<void>;

async function timeFrom(only: PartName[], work: (temporal: string) => Promise<CleanUp>): Promise<number> {
  const state = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  const project = join(packageRoot(), 'bench', 'overhead', 'project');
  const began = performance.now();
  const stack = await startStack({ state, project, only });
  try {
    const cleanUp = await work(stack.addresses.temporal);
    const seconds = (performance.now() - began) / 1_000;
    await cleanUp();
    return seconds;
  } finally {
    await stack.stop();
    await rm(state, { recursive: true, force: true });
  }
}

async function runSix(address: string, taskQueue: string, type: string, argument: unknown): Promise<void> {
  const client = await connectTemporal({ address });
  try {
    await client.workflow.execute(type, { workflowId: `${type}-${randomUUID()}`, taskQueue, args: [argument] });
  } finally {
    await client.connection.close();
  }
}
