import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The peer's worker, in a process of its own. */
export interface Peer {
  readonly pid: number;
  readonly queue: string;
  stop(): Promise<void>;
}

/** The version that a report names: the SDK that the hand-written worker is written against. */
export const PEER = { name: 'temporal-by-hand', version: '@temporalio/worker 1.24.0' } as const;

/** Starts the hand-written worker and waits until it polls. */
export async function startPeer(temporal: string): Promise<Peer> {
  const queue = 'bench-peer';
  const child: ChildProcess = fork(join(__dirname, 'peer-worker.js'), {
    env: { ...process.env, TEMPORAL_ADDRESS: temporal, PEER_QUEUE: queue },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return {
    pid: child.pid ?? 0,
    queue,
    async stop() {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
