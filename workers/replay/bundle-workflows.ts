import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { perennialError } from '../../core/errors';
import { builtFile } from '../package-root';

/**
 * This build's bundle of the engine's own workflows.
 *
 * @throws PER_STACK_012 when it was not made
 */
export function engineBundle(): string {
  const codePath = builtFile('workflow-bundle.js');
  if (!existsSync(codePath)) throw perennialError('PER_STACK_012', `${codePath} is missing.`);
  return codePath;
}

/** A bundle in a file of its own, until it is dropped. */
export interface TakenBundle {
  readonly codePath: string;
  drop(): void;
}

/**
 * Bundles workflows that were written by hand, as a worker does that is given them as `workflowsPath`.
 *
 * @throws PER_STACK_074 when there is no such file, or it does not compile
 */
export async function bundleHandWritten(path: string): Promise<TakenBundle> {
  const workflowsPath = resolve(path);
  if (!existsSync(workflowsPath)) throw perennialError('PER_STACK_074', `${workflowsPath} does not exist.`);
  const said: string[] = [];
  const quiet = (): void => undefined;
  const error = (message: string): void => {
    said.push(message);
  };
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error };
  const scratch = mkdtempSync(join(tmpdir(), 'perennial-workflows-'));
  const drop = (): void => {
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    const { code } = await bundleWorkflowCode({ workflowsPath, logger });
    const codePath = join(scratch, 'bundle.js');
    writeFileSync(codePath, code);
    return { codePath, drop };
  } catch (cause) {
    drop();
    const why = said[0]?.split('\n').find((line) => line.trim() !== '') ?? String(cause);
    throw perennialError('PER_STACK_074', `${workflowsPath}: ${why}.`, { cause });
  }
}
