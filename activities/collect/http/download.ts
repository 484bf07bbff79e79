import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { isPerennialError, perennialError } from '../../../core/errors';
import { ask, type Asking, nameOf, stalled } from './request';

/** What to fetch, and within which limits. */
export interface Download extends Asking {
  readonly url: URL;
  /** Path of the file to write. */
  readonly to: string;
  /** Of the bytes that are there already: an answer that says they still hold ends the download. */
  readonly etag?: string | undefined;
  readonly sha256?: string | undefined;
  readonly maxBytes: number;
  /** Tries in a row that may bring no byte more. */
  readonly tries: number;
  /** Pause after the first of them, ms; each next one is twice as long. */
  readonly firstPause: number;
}

/** What was fetched. */
export interface Downloaded {
  readonly bytes: number;
  readonly sha256: string;
  readonly etag: string | null;
}

/** What has come so far. */
interface Progress {
  readonly file: FileHandle;
  hash: Hash;
  bytes: number;
  etag: string | null;
}

/**
 * Fetches a file. A connection that breaks is taken up again where it broke, if the server still has the same bytes (by a
 * strong ETag); else it begins anew. The file is whole when this returns, or this throws.
 *
 * @returns null when what is there already still holds
 * @throws PER_DATA_030 to PER_DATA_038
 */
export async function download(wanted: Download): Promise<Downloaded | null> {
  const file = await open(wanted.to, 'w');
  const got: Progress = { file, hash: createHash('sha256'), bytes: 0, etag: null };
  try {
    let failures = 0;
    for (;;) {
      const before = got.bytes;
      try {
        const whole = await oneTry(wanted, got);
        return whole ? await checked(wanted, got) : null;
      } catch (error) {
        wanted.signal.throwIfAborted();
        const failure = asFailure(error, wanted.url, got);
        failures = got.bytes > before ? 1 : failures + 1;
        if (!failure.retryable || failures >= wanted.tries) throw failure;
        await pause(wanted.firstPause * 2 ** (failures - 1), undefined, { signal: wanted.signal });
      }
    }
  } finally {
    await file.close();
  }
}

/** @returns false when the server says that nothing has changed */
async function oneTry(wanted: Download, got: Progress): Promise<boolean> {
  const resumes = got.bytes > 0 && got.etag?.startsWith('"') === true;
  const answer = await ask(wanted.url, headersOf(wanted, got, resumes), wanted);
  try {
    const status = answer.statusCode ?? 0;
    if (status === 304 && got.bytes === 0 && wanted.etag !== undefined) return false;
    if (status !== 206 || !resumes || !continues(answer, got)) {
      if (status === 206 || status === 416) {
        // Another part than was asked for: from the beginning, then.
        await restart(got);
        throw broken(wanted.url, 'it sent another part than was asked for');
      }
      refuseStatus(wanted.url, status);
      await restart(got);
      got.etag = answer.headers.etag ?? null;
    }
    const total = totalOf(answer, wanted, got);
    await receive(answer, wanted, got);
    if (total !== null && got.bytes !== total) throw broken(wanted.url, `${got.bytes} of ${total} bytes came`);
    return true;
  } finally {
    answer.destroy();
  }
}

function headersOf(wanted: Download, got: Progress, resumes: boolean): Record<string, string> {
  return {
    'accept-encoding': 'identity',
    'user-agent': 'perennial',
    ...(resumes && got.etag !== null ? { range: `bytes=${got.bytes}-`, 'if-range': got.etag } : {}),
    ...(got.bytes === 0 && wanted.etag !== undefined ? { 'if-none-match': wanted.etag } : {}),
  };
}

function continues(answer: IncomingMessage, got: Progress): boolean {
  const start = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1];
  const { etag } = answer.headers;
  return start === String(got.bytes) && (etag === undefined || etag === got.etag);
}

async function restart(got: Progress): Promise<void> {
  await got.file.truncate(0);
  got.hash = createHash('sha256');
  got.bytes = 0;
}

function refuseStatus(url: URL, status: number): void {
  if (status === 200) return;
  const said = `${nameOf(url)} answers with ${status}.`;
  if (status >= 500 || [408, 425, 429].includes(status)) throw perennialError('PER_DATA_032', said);
  throw perennialError('PER_DATA_031', said);
}

/** How many bytes there will be in all; null: the server sends them in chunks, the last of which is marked. */
function totalOf({ headers }: IncomingMessage, { url, maxBytes, sha256 }: Download, got: Progress): number | null {
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
  if (total > maxBytes) throw tooLarge(url, `has ${total} bytes`, maxBytes);
  return total;
}

function tooLarge(url: URL, has: string, most: number): Error {
  return perennialError('PER_DATA_034', `${nameOf(url)} ${has}; ${most} are the most.`);
}

async function receive(answer: IncomingMessage, { url, stall, maxBytes }: Download, got: Progress): Promise<void> {
  const timer = setTimeout(() => answer.destroy(stalled(url, stall)), stall);
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      if (got.bytes + chunk.length > maxBytes) throw tooLarge(url, 'goes on', maxBytes);
      await got.file.write(chunk, 0, chunk.length, got.bytes);
      got.hash.update(chunk);
      got.bytes += chunk.length;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}

async function checked({ url, sha256 }: Download, got: Progress): Promise<Downloaded> {
  await got.file.sync();
  const { size } = await got.file.stat();
  if (size !== got.bytes) throw broken(url, `${size} of ${got.bytes} bytes could be written`);
  const digest = got.hash.digest('hex');
  if (sha256 !== undefined && sha256 !== digest) {
    throw perennialError('PER_DATA_037', `${nameOf(url)} has the SHA-256 ${digest}, not ${sha256}.`);
  }
  return { bytes: got.bytes, sha256: digest, etag: got.etag };
}

function broken(url: URL, why: string, cause?: unknown): ReturnType<typeof perennialError> {
  return perennialError('PER_DATA_036', `The download of ${nameOf(url)} broke: ${why}.`, { cause });
}

/** A fault of the connection, in the engine's words. */
function asFailure(error: unknown, url: URL, got: Progress): ReturnType<typeof perennialError> {
  if (isPerennialError(error)) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no reason';
  return broken(url, `${code} after ${got.bytes} bytes`, error);
}
