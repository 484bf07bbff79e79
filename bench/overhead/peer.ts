import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import sdk from '@temporalio/worker/package.json';
import { NULL_POOL } from './null-pool';

/** A worker in a process of its own. */
export interface Peer {
  readonly pid: number;
  readonly queue: string;
  stop(): Promise<void>;
}

/** The version that a report names: the SDK that the hand-written worker is written against. */
export const PEER = { name: 'temporal-by-hand', version: `@temporalio/worker ${sdk.version}` };

/** Bundles the peer's workflows once, as Perennial's own were at build time: its worker must not spend seconds on it. */
export async function bundlePeer(
  folder: string,
  workflowsPath = join(__dirname, 'peer-workflows.js'),
): Promise<string> {
  const logger = new DefaultLogger('WARN');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  const path = join(folder, 'peer-bundle.js');
  await writeFile(path, code);
  return path;
}

/** Starts the hand-written worker and waits until it polls. */
export function startPeer(temporal: string, bundle: string): Promise<Peer> {
  return startWorker('peer-worker.js', temporal, 'bench-peer', { PEER_QUEUE: 'bench-peer', PEER_BUNDLE: bundle });
}

/** Starts the worker of the engine without records, and waits until it polls. */
export function startNullWorker(temporal: string): Promise<Peer> {
  return startWorker('null-worker.js', temporal, `perennial-${NULL_POOL}`, {});
}

async function startWorker(program: string, temporal: string, queue: string, env: NodeJS.ProcessEnv): Promise<Peer> {
  const child: ChildProcess = fork(join(__dirname, program), {
    env: { ...process.env, TEMPORAL_ADDRESS: temporal, ...env },
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
