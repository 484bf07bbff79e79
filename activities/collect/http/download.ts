import type { IncomingMessage } from 'node:http';
import { perennialError } from '../../../core/errors';
import {
  asBroken,
  broken,
  type Fetched,
  finish,
  type GrowingFile,
  type Patience,
  receive,
  restart,
  tooLarge,
  untilDone,
  withGrowing,
} from '../growing-file';
import { ask, type Asking, nameOf } from './request';

/** What to fetch, and within which limits. */
export interface Download extends Asking, Patience {
  readonly url: URL;
  /** Path of the file to write. */
  readonly to: string;
  /** Of the bytes that are there already: an answer that says they still hold ends the download. */
  readonly etag?: string | undefined;
  readonly sha256?: string | undefined;
  readonly maxBytes: number;
}

/**
 * Fetches a file. A connection that breaks is taken up again where it broke, if the server still has the same bytes (by a
 * strong ETag); else it begins anew. The file is whole when this returns, or this throws.
 *
 * @returns null when what is there already still holds
 * @throws PER_DATA_030 to PER_DATA_038
 */
export async function download(wanted: Download): Promise<Fetched | null> {
  const name = nameOf(wanted.url);
  return withGrowing(wanted.to, (got) =>
    untilDone(
      got,
      wanted,
      async () => ((await oneTry(wanted, got)) ? checked(wanted, got) : null),
      (error) => asBroken(error, name, got),
    ),
  );
}

/** @returns false when the server says that nothing has changed */
async function oneTry(wanted: Download, got: GrowingFile): Promise<boolean> {
  const name = nameOf(wanted.url);
  const resumes = got.bytes > 0 && got.etag?.startsWith('"') === true;
  const answer = await ask(wanted.url, headersOf(wanted, got, resumes), wanted);
  try {
    const status = answer.statusCode ?? 0;
    if (status === 304 && got.bytes === 0 && wanted.etag !== undefined) return false;
    if (status !== 206 || !resumes || !continues(answer, got)) {
      if (status === 206 || status === 416) {
        // Another part than was asked for: from the beginning, then.
        await restart(got);
        throw broken(name, 'it sent another part than was asked for');
      }
      refuseStatus(wanted.url, status);
      await restart(got);
      got.etag = answer.headers.etag ?? null;
    }
    const total = totalOf(answer, wanted, got);
    await receive(answer, got, { name, most: wanted.maxBytes, stall: wanted.stall });
    if (total !== null && got.bytes !== total) throw broken(name, `${got.bytes} of ${total} bytes came`);
    return true;
  } finally {
    answer.destroy();
  }
}

function headersOf(wanted: Download, got: GrowingFile, resumes: boolean): Record<string, string> {
  return {
    'accept-encoding': 'identity',
    'user-agent': 'perennial',
    ...(resumes && got.etag !== null ? { range: `bytes=${got.bytes}-`, 'if-range': got.etag } : {}),
    ...(got.bytes === 0 && wanted.etag !== undefined ? { 'if-none-match': wanted.etag } : {}),
  };
}

function continues(answer: IncomingMessage, got: GrowingFile): boolean {
  const start = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1];
  const { etag } = answer.headers;
  return start === String(got.bytes) && (etag === undefined || etag === got.etag);
}

function refuseStatus(url: URL, status: number): void {
  if (status === 200) return;
  const said = `${nameOf(url)} answers with ${status}.`;
  if (status >= 500 || [408, 425, 429].includes(status)) throw perennialError('PER_DATA_032', said);
  throw perennialError('PER_DATA_031', said);
}

/** How many bytes there will be in all; null: the server sends them in chunks, the last of which is marked. */
function totalOf({ headers }: IncomingMessage, { url, maxBytes, sha256 }: Download, got: GrowingFile): number | null {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw perennialError('PER_DATA_038', `${nameOf(url)} is sent in ${encoding}.`);
  const length = headers['content-length'];
  if (length === undefined) {
    if (headers['transfer-encoding'] === undefined && sha256 === undefined) {
      throw perennialError('PER_DATA_038', `The server of ${nameOf(url)} does not say where the file ends.`);
    }
    return null;
  }
  const total = got.bytes + Number(length);
  if (total > maxBytes) throw tooLarge(nameOf(url), `has ${total} bytes`, maxBytes);
  return total;
}

async function checked({ url, sha256 }: Download, got: GrowingFile): Promise<Fetched> {
  const name = nameOf(url);
  const fetched = await finish(got, name);
  if (sha256 !== undefined && sha256 !== fetched.sha256) {
    throw perennialError('PER_DATA_037', `${name} has the SHA-256 ${fetched.sha256}, not ${sha256}.`);
  }
  return fetched;
}
