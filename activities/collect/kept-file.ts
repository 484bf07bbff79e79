import { isPerennialError } from '../../core/errors';
import type { CollectedFile } from '../../store/collections';
import type { EngineContext } from '../run-step/context';
import type { Fetched } from './growing-file';

/** A file that was fetched before, in the artifact store. */
export interface KeptFile {
  readonly path: string;
  readonly file: Fetched & { readonly etag: string };
}

/** What was fetched before, if it has an ETag to ask by and the store still has it whole. */
export async function keptFile(ctx: EngineContext, file: CollectedFile | undefined): Promise<KeptFile | null> {
  if (file === undefined || file.etag === null || file.sha256 === null) return null;
  const { bytes, sha256, etag } = file;
  try {
    return { path: await ctx.artifacts.pathOf(sha256), file: { bytes, sha256, etag } };
  } catch (error) {
    if (isPerennialError(error)) return null;
    throw error;
  }
}
