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
import type { S3Answer, S3Bucket } from './connect-s3';
import { type Asked, nameOf, refusalOf, statusOf } from './refusals';
import type { RoomPart } from './room';

/** What to fetch, and within which limits. */
export interface Fetching extends Asked, Patience {
  readonly key: string;
  readonly get: S3Bucket['get'];
  /** Path of the file to write. */
  readonly to: string;
  /** Of the bytes that are there already: an answer that says they still hold ends it. */
  readonly etag?: string | undefined;
  /** Of what it may have with those that come beside it. */
  readonly room: RoomPart;
}

/**
 * Fetches an object. What breaks in the middle goes on there, if the object has the same ETag still; else it begins anew. The
 * file is whole when this returns, or this throws.
 *
 * @returns null when what is there already still holds
 * @throws PER_DATA_026 PER_DATA_034 PER_DATA_035 PER_DATA_036 PER_DATA_038, and what S3 refuses with ({@link refusalOf})
 */
export async function fetchObject(wanted: Fetching): Promise<Fetched | null> {
  const name = nameOf(wanted);
  const spoken = { answered: false };
  return withGrowing(wanted.to, (got) =>
    untilDone(
      got,
      wanted,
      async () => ((await oneTry(wanted, got, spoken)) ? finish(got, name) : null),
      (error) => asBroken(error, name, got),
      // The SDK has asked several times already. What has come is worth more patience than that.
      () => spoken.answered || got.bytes > 0,
    ),
  );
}

/** @returns false when nothing has changed */
async function oneTry(wanted: Fetching, got: GrowingFile, spoken: { answered: boolean }): Promise<boolean> {
  const name = nameOf(wanted);
  const trying = new AbortController();
  const signal = AbortSignal.any([wanted.signal, trying.signal]);
  spoken.answered = false;
  try {
    const etag = got.bytes > 0 && got.etag?.startsWith('"') === true ? got.etag : null;
    const answer = await answerOf(wanted, got, { etag, signal, spoken });
    if (answer === null) return false;
    spoken.answered = true;
    if (etag === null || !continues(answer, got)) {
      if (answer.status === 206) {
        await restart(got);
        throw broken(name, 'another part came than was asked for');
      }
      await restart(got);
      got.etag = answer.etag ?? null;
    }
    const total = totalOf(answer, wanted, got);
    await receive(answer.body, got, { name, most: total, stall: wanted.stall }).catch(async (error: unknown) => {
      const failure = asBroken(error, name, got);
      // All bytes, and an error: they have another checksum than S3 says, and none of them is worth going on from.
      if (got.bytes >= total) await restart(got);
      throw failure;
    });
    if (got.bytes !== total) throw broken(name, `${got.bytes} of ${total} bytes came`);
    return true;
  } finally {
    // What is left of an answer is not waited for.
    trying.abort();
  }
}

interface Trying {
  /** Of the bytes that have come, to go on with; null: from the beginning. */
  readonly etag: string | null;
  readonly signal: AbortSignal;
  readonly spoken: { answered: boolean };
}

/** @returns null when what is there already still holds */
async function answerOf(
  wanted: Fetching,
  got: GrowingFile,
  { etag, signal, spoken }: Trying,
): Promise<S3Answer | null> {
  const known = got.bytes === 0 ? wanted.etag : undefined;
  const going = etag === null ? {} : { Range: `bytes=${got.bytes}-`, IfMatch: etag };
  try {
    return await wanted.get(wanted.key, { ...going, ...(known !== undefined && { IfNoneMatch: known }) }, signal);
  } catch (error) {
    wanted.signal.throwIfAborted();
    const status = statusOf(error);
    if (status === 304 && known !== undefined) return null;
    if (etag !== null && (status === 412 || status === 416)) {
      spoken.answered = true;
      await restart(got);
      throw perennialError('PER_DATA_026', `${nameOf(wanted)} changed while it was fetched.`, { cause: error });
    }
    throw refusalOf(error, wanted);
  }
}

function continues({ status, range, etag }: S3Answer, got: GrowingFile): boolean {
  const start = /^bytes (\d+)-/.exec(range ?? '')?.[1];
  return status === 206 && start === String(got.bytes) && (etag === undefined || etag === got.etag);
}

/** How many bytes there will be in all. */
function totalOf({ bytes, encoding }: S3Answer, wanted: Fetching, got: GrowingFile): number {
  const name = nameOf(wanted);
  // What S3 was told of an object is told on with it, and its bytes are as they are. An object in gzip says so by its name.
  const coded = (encoding ?? '').split(',').map((word) => word.trim());
  const odd = coded.find((word) => !['', 'identity', 'aws-chunked'].includes(word) && !isNamedSo(wanted.key, word));
  if (odd !== undefined)
    throw perennialError('PER_DATA_038', `${name} is said to be in ${odd}, and its key does not say so.`);
  if (bytes === undefined) throw perennialError('PER_DATA_038', `${name} comes without a length.`);
  const total = got.bytes + bytes;
  const all = wanted.room.take(total);
  if (all > wanted.room.most) throw tooLarge(name, `makes it ${all} bytes or more in all`, wanted.room.most);
  return total;
}

function isNamedSo(key: string, encoding: string): boolean {
  return encoding === 'gzip' && /\.gz$/i.test(key);
}
