import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { isPerennialError, perennialError, type PerennialError } from '../../core/errors';
import { fullDisk } from '../../core/full-disk';

/** A file on its way here: what has come so far. */
export interface GrowingFile {
  readonly file: FileHandle;
  hash: Hash;
  bytes: number;
  /** What its server calls the content. */
  etag: string | null;
  /** How often what had come was forgotten. */
  restarts: number;
}

/** What was fetched. */
export interface Fetched {
  readonly bytes: number;
  readonly sha256: string;
  readonly etag: string | null;
}

/** How long a server is waited for. */
export interface Patience {
  /** Longest wait for the next byte, ms. */
  readonly stall: number;
  /** Tries in a row that may bring no byte more. */
  readonly tries: number;
  /** Pause after the first of them, ms; each next one is twice as long. */
  readonly firstPause: number;
  readonly signal: AbortSignal;
}

/** Opens a file to grow and closes it afterwards, whatever becomes of it. */
export async function withGrowing<T>(to: string, work: (got: GrowingFile) => Promise<T>): Promise<T> {
  const file = await open(to, 'w');
  try {
    return await work({ file, hash: createHash('sha256'), bytes: 0, etag: null, restarts: 0 });
  } finally {
    await file.close();
  }
}

/**
 * Tries until a try ends. Tries in a row that bring no byte more are counted, and so is beginning anew: a file that changes
 * while it comes may bring bytes for ever.
 *
 * @param failureOf says what a try failed with in the engine's words
 * @param again whether a retryable failure is one to go on after
 */
export async function untilDone<T>(
  got: GrowingFile,
  { tries, firstPause, signal }: Patience,
  once: () => Promise<T>,
  failureOf: (error: unknown) => PerennialError,
  again: () => boolean = () => true,
): Promise<T> {
  let failures = 0;
  for (;;) {
    const before = got.bytes;
    try {
      return await once();
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(error);
      failures = got.bytes > before ? 1 : failures + 1;
      // What is written to here stays full: another try is the step's, on a worker that may have room.
      const isFull = failure.code === 'PER_DATA_100';
      if (!failure.retryable || isFull || !again() || failures >= tries || got.restarts >= tries) throw failure;
      await pause(firstPause * 2 ** (failures - 1), undefined, { signal });
    }
  }
}

/** Forgets what has come: the file begins anew. */
export async function restart(got: GrowingFile): Promise<void> {
  await got.file.truncate(0);
  if (got.bytes > 0) got.restarts += 1;
  got.hash = createHash('sha256');
  got.bytes = 0;
}

/**
 * Takes what a server sends to its end.
 *
 * @param most bytes that the file may have
 * @throws PER_DATA_034 PER_DATA_035, and errors of the connection
 */
export async function receive(
  body: Readable,
  got: GrowingFile,
  { name, most, stall }: { readonly name: string; readonly most: number; readonly stall: number },
): Promise<void> {
  const timer = setTimeout(() => body.destroy(stalled(name, stall)), stall);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (got.bytes + chunk.length > most) throw tooLarge(name, 'goes on', most);
      await got.file.write(chunk, 0, chunk.length, got.bytes);
      got.hash.update(chunk);
      got.bytes += chunk.length;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a file that has come whole: its bytes are on the disk when this returns. */
export async function finish(got: GrowingFile, name: string): Promise<Fetched> {
  await got.file.sync();
  const { size } = await got.file.stat();
  if (size !== got.bytes) throw broken(name, `${size} of ${got.bytes} bytes could be written`);
  return { bytes: got.bytes, sha256: got.hash.digest('hex'), etag: got.etag };
}

/** The error of a file beyond its limit. */
export function tooLarge(name: string, has: string, most: number): PerennialError {
  return perennialError('PER_DATA_034', `${name} ${has}; ${most} are the most.`);
}

/** The error of a server that says nothing for too long. */
export function stalled(name: string, stall: number): PerennialError {
  return perennialError('PER_DATA_035', `${name} sent nothing for ${stall / 1_000} s.`);
}

/** The error of a download that ended before its end. */
export function broken(name: string, why: string, cause?: unknown): PerennialError {
  return perennialError('PER_DATA_036', `The download of ${name} broke: ${why}.`, { cause });
}

/** A fault of the connection, in the engine's words. */
export function asBroken(error: unknown, name: string, got: GrowingFile): PerennialError {
  if (isPerennialError(error)) return error;
  const full = fullDisk(error, name);
  if (full !== null) return full;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no reason';
  return broken(name, `${code} after ${got.bytes} bytes`, error);
}
