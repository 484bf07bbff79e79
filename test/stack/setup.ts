import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { createTemplate } from '../database';

const Up = z.object({
  state: z.string(),
  addresses: z.object({ temporal: z.string(), postgresUrl: z.string(), serving: z.string().nullable() }),
  token: z.string(),
  temporalCli: z.string().nullable(),
});

declare global {
  var perennialTestStack: ChildProcess | undefined;
}

/**
 * Starts the one stack that the tests of the project `stack` share, from what was built. It is held in the foreground by a child
 * with a channel to this process: when jest ends, however that happens, the stack ends too.
 */
export default async function setup(): Promise<void> {
  const root = join(__dirname, '..', '..');
  const state = join(root, '.perennial', 'test');
  const child = spawn(
    process.execPath,
    [
      join(root, 'dist', 'cli', 'main.js'),
      'up',
      '--state',
      state,
      '--project',
      root,
      '--fresh',
      '--no-remember',
      '--foreground',
      '--json',
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  globalThis.perennialTestStack = child;
  const up = Up.safeParse(await firstLine(child));
  if (!up.success) throw new Error(`the tests' stack did not say where it is: ${z.prettifyError(up.error)}`);
  const { addresses, token, temporalCli } = up.data;
  await createTemplate(addresses.postgresUrl);
  Object.assign(process.env, {
    PERENNIAL_TEST_STATE: state,
    PERENNIAL_TEST_DATABASE_URL: addresses.postgresUrl,
    PERENNIAL_TEST_TEMPORAL_ADDRESS: addresses.temporal,
    PERENNIAL_TEST_SERVING_URL: addresses.serving ?? '',
    PERENNIAL_TEST_TOKEN: token,
    PERENNIAL_TEMPORAL_CLI: temporalCli ?? '',
  });
}

/** The JSON of the first line on stdout. Throws with what was said on stderr when the child ends without one. */
function firstLine(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let out = '';
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      if (out.includes('\n')) resolve(JSON.parse(out.slice(0, out.indexOf('\n'))));
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the tests' stack did not start (exit code ${String(code)}): ${out}${said}`)),
    );
  });
}
