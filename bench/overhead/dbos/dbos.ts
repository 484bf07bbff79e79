import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../workers/package-root';
import { installPeer } from './install';

/** DBOS in a process of its own, on a database of its own. */
export interface Dbos {
  readonly pid: number;
  /** The version that a report names. */
  readonly version: string;
  /** Runs a chain of so many no-op steps to its end. Returns its workflow id. */
  chain(length: number): Promise<string>;
  stop(): Promise<void>;
}

const Ready = z.object({ ready: z.string() });
const Done = z.object({ done: z.string() });

/**
 * Installs DBOS where it is not yet, below the checkout's state folder, and starts it on the Postgres of a URL; it makes
 * its database there itself. Null, after a note, where it does not install.
 */
export async function startDbos(postgresUrl: string, note: (text: string) => void): Promise<Dbos | null> {
  const own = join(packageRoot(), 'bench', 'overhead', 'dbos');
  const packages = join(packageRoot(), '.perennial', 'peers', 'dbos');
  const refused = await installPeer(own, packages);
  if (refused !== null) {
    note(`dbos: skipped, for npm does not install it: ${refused}`);
    return null;
  }
  const database = new URL(postgresUrl);
  database.pathname = '/bench_dbos';
  const child = fork(join(own, 'chain.mjs'), {
    env: { ...process.env, DBOS_PACKAGES: packages, DBOS_DATABASE: database.href },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { ready } = Ready.parse(await nextMessage(child));
  return {
    pid: child.pid ?? 0,
    version: `@dbos-inc/dbos-sdk ${ready}`,
    async chain(length) {
      child.send({ length });
      return Done.parse(await nextMessage(child)).done;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** What the child says next. Throws when it ends first. */
async function nextMessage(child: ChildProcess): Promise<unknown> {
  const heard = new AbortController();
  const { signal } = heard;
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('the process of DBOS ended');
  });
  try {
    const said: unknown[] = await Promise.race([once(child, 'message', { signal }), ended]);
    return said[0];
  } finally {
    heard.abort();
  }
}
