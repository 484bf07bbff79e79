import { join } from 'node:path';
import { z } from 'zod';
import { perennialError } from '../../../core/errors';
import type { HttpSource } from '../../../steps/sources';
import { lastFiles } from '../../../store/collections';
import { keptFile, type KeptFile } from '../kept-file';
import type { Obtained, Obtaining } from '../obtain';
import { download } from './download';
import { nameOf } from './request';

const MOST_BYTES = 4 * 1024 ** 3;
const LIMITS = { redirects: 5, stall: 30_000, tries: 5, firstPause: 500 };
const Headers = z.record(z.string(), z.string());

/**
 * Fetches a file and keeps it in the artifact store. While the server says that it has not changed, the one that is kept is
 * taken.
 *
 * @throws PER_DATA_030 to PER_DATA_038, PER_RUN_060 PER_RUN_061
 */
export async function obtainHttp(source: HttpSource, obtaining: Obtaining): Promise<Obtained> {
  const { ctx, scratch, hosts, sourceKey } = obtaining;
  const url = new URL(source.url);
  const name = nameOf(url);
  const to = join(scratch, 'fetched');
  const kept = await keptOf(obtaining, source);
  ctx.progress({ doing: 'fetching', source: name });
  const got = await download({
    url,
    to,
    allowed: hosts,
    secretHeaders: source.headers === undefined ? {} : headersOf(ctx.given(source.headers), source.headers),
    etag: kept?.file.etag,
    sha256: source.sha256,
    maxBytes: source.maxBytes ?? MOST_BYTES,
    signal: ctx.signal,
    ...LIMITS,
  });
  if (got === null && kept !== null) {
    ctx.log.info(
      { source: name, sourceKey, etag: kept.file.etag },
      'has not changed: what was fetched before is taken',
    );
    return {
      found: { name, files: [{ name, path: kept.path }], format: source.format },
      files: [{ name, ...kept.file }],
    };
  }
  if (got === null) throw perennialError('PER_DATA_036', `${name} was not fetched.`);
  await ctx.artifacts.putFile(to, 'source');
  return { found: { name, files: [{ name, path: to }], format: source.format }, files: [{ name, ...got }] };
}

/** What was fetched before, if it is what is expected. */
async function keptOf({ ctx, sourceKey }: Obtaining, { sha256: expected }: HttpSource): Promise<KeptFile | null> {
  const [file] = await lastFiles(ctx.db, sourceKey);
  if (expected !== undefined && expected !== file?.sha256) return null;
  return keptFile(ctx, file);
}

function headersOf(given: unknown, resource: string): Readonly<Record<string, string>> {
  if (given === undefined) throw perennialError('PER_RUN_060', `The resource '${resource}' has no value here.`);
  const headers = Headers.safeParse(given);
  if (headers.success) return headers.data;
  throw perennialError('PER_RUN_061', `The resource '${resource}' is no record of headers, each a text.`);
}
