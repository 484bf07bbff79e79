import type { NativeConnection } from '@temporalio/worker';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { isGrpc, NOT_FOUND } from '../client/grpc-codes';
import { type PerennialError, perennialError } from '../core/errors';
import { repeat } from './repeat';
import type { Service } from './services';

/** Whether each part of a preview is there; a server that does not answer says nothing, and it throws. */
export interface PreviewParts {
  database(): Promise<boolean>;
  namespace(): Promise<boolean>;
}

/** ms between two looks. */
const INTERVAL = 5_000;
/** A part that is missing so often in a row is not about to be made anew. */
const LOOKS = 3;

/**
 * Looks again and again whether the preview that a worker is of is still there: one that was dropped leaves its workers nothing to do,
 * and nobody to end them.
 *
 * @param gone told once, with PER_STACK_105
 * @example
 * watchPreview('fix-age', partsOf(db, connection, namespace), { log, gone: fail });
 */
export function watchPreview(
  preview: string,
  parts: PreviewParts,
  options: {
    readonly log: Pick<Logger, 'warn'>;
    readonly gone: (error: PerennialError) => void;
    readonly interval?: number;
  },
): Service {
  const { log, gone, interval = INTERVAL } = options;
  let missing = 0;
  let told = false;
  return repeat(
    interval,
    async () => {
      const part = !(await parts.database()) ? 'database' : !(await parts.namespace()) ? 'namespace' : null;
      missing = part === null ? 0 : missing + 1;
      if (part === null || missing < LOOKS || told) return;
      told = true;
      gone(perennialError('PER_STACK_105', `The ${part} of the preview '${preview}' is gone.`));
    },
    (error) => {
      // Away is not gone.
      missing = 0;
      log.warn({ err: error }, 'whether the preview is still there is not known; it is looked again');
    },
  );
}

/** The parts of a preview as its servers tell of them. */
export function partsOf(
  db: Pick<Pool, 'query'>,
  { workflowService }: Pick<NativeConnection, 'workflowService'>,
  namespace: string,
): PreviewParts {
  return {
    database: () => isThere(db.query('SELECT 1'), (error) => codeOf(error) === NO_SUCH_DATABASE),
    namespace: () => isThere(workflowService.describeNamespace({ namespace }), (error) => isGrpc(error, NOT_FOUND)),
  };
}

/** invalid_catalog_name. */
const NO_SUCH_DATABASE = '3D000';

async function isThere(asked: Promise<unknown>, isGone: (error: unknown) => boolean): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
