import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connectTemporal } from '../../client/connection';
import { type Child, startChild } from '../../workers/embedded/child';
import { freePorts } from '../../workers/embedded/ports';
import { endMarked } from '../../workers/embedded/process-mark';
import { temporalArguments } from '../../workers/embedded/temporal';

/** A second Temporal server, for the peer alone. */
export interface DefaultServer {
  readonly address: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a Temporal server as the embedded stack does, but with the poll rates that Temporal has by default: what the
 * peer gets from somebody who does not know the settings.
 */
export async function startDefaultServer(binary: string, folder: string): Promise<DefaultServer> {
  const state = join(folder, 'defaults');
  mkdirSync(join(state, 'temporal'), { recursive: true });
  const [grpc = 0, ui = 0] = await freePorts(2);
  const args = temporalArguments(state, { grpc, ui });
  const isPollRate = (at: number): boolean =>
    args[at] === '--dynamic-config-value' || args[at - 1] === '--dynamic-config-value';
  const child = await startChild({
    command: binary,
    args: args.filter((_, at) => !isPollRate(at)),
    env: process.env,
    cwd: state,
    log: join(state, 'temporal.log'),
  });
  const address = `127.0.0.1:${grpc}`;
  await answers(address, child);
  return {
    address,
    pid: child.mark.pid,
    async stop() {
      await endMarked(child.mark, 'SIGTERM', 10_000);
    },
  };
}

async function answers(address: string, child: Child): Promise<void> {
  for (;;) {
    try {
      const client = await connectTemporal({ address, timeout: 1_000 });
      await client.workflowService.describeNamespace({ namespace: 'default' });
      await client.connection.close();
      return;
    } catch (error) {
      if (!child.isRunning()) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
