import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { perennialError } from '../../../core/errors';
import { S3Connection, type S3Source } from '../../../steps/sources';
import { type CollectedFile, lastFiles } from '../../../store/collections';
import type { EngineContext } from '../../run-step/context';
import type { FoundFile } from '../find-source';
import { tooLarge } from '../growing-file';
import { keptFile } from '../kept-file';
import type { Obtained, Obtaining } from '../obtain';
import { atOnce } from './at-once';
import { connectS3, type S3Bucket } from './connect-s3';
import { fetchObject } from './fetch-object';
import { findObjects, type FoundObject } from './find-objects';
import { nameOf } from './refusals';
import { sharedRoom } from './room';

const MOST_BYTES = 4 * 1024 ** 3;
/** As of files, and a million keys that are looked at. */
const MOST = { objects: 10_000, pages: 1_000 };
const LIMITS = { stall: 30_000, tries: 5, firstPause: 500 };
/** Objects that are fetched beside each other: most of the time of a small one is waiting. */
const FEW = 4;

/**
 * Fetches the objects of a source and keeps them in the artifact store. Those that have not changed since they were last
 * collected are taken from there.
 *
 * @throws PER_DATA_001 PER_DATA_026 PER_DATA_027 PER_DATA_030 PER_DATA_034 to PER_DATA_036 PER_DATA_038 PER_DATA_047 to
 * PER_DATA_055, PER_RUN_060 PER_RUN_061
 */
export async function obtainS3(source: S3Source, obtaining: Obtaining): Promise<Obtained> {
  const { ctx, hosts } = obtaining;
  const { resource, bucket } = source;
  const keys = typeof source.keys === 'string' ? [source.keys] : source.keys;
  const name = keys.map((key) => nameOf({ bucket, key })).join(', ');
  const connection = resource === undefined ? null : connectionOf(ctx.given(resource), resource);
  const s3 = await connectS3({ ...source, connection, allowed: hosts, stall: LIMITS.stall });
  try {
    ctx.progress({ doing: 'looking', source: name });
    const asked = { bucket, region: s3.region, stall: LIMITS.stall };
    const objects = await findObjects(keys, { ...asked, list: s3.list, most: MOST, signal: ctx.signal });
    const fetched = await fetchAll(objects, { source, name, s3, obtaining });
    const [first, ...rest] = fetched.map(({ file }) => file);
    if (first === undefined) throw perennialError('PER_DATA_001', `No object matches ${name}.`);
    return {
      found: { name, files: [first, ...rest], format: source.format },
      files: fetched.map(({ collected }) => collected),
    };
  } finally {
    s3.end();
  }
}

interface All {
  readonly source: S3Source;
  readonly name: string;
  readonly s3: S3Bucket;
  readonly obtaining: Obtaining;
}

/** An object that lies here, and what is recorded of it. */
interface Here {
  readonly file: FoundFile;
  readonly collected: CollectedFile;
}

async function fetchAll(objects: readonly FoundObject[], all: All): Promise<Here[]> {
  const { source, name, s3, obtaining } = all;
  const { ctx, scratch, sourceKey } = obtaining;
  const most = source.maxBytes ?? MOST_BYTES;
  const listed = objects.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  if (listed > most) throw tooLarge(name, `has ${listed} bytes`, most);
  const kept = new Map((await lastFiles(ctx.db, sourceKey)).map((file) => [file.name, file]));
  const room = sharedRoom(most);
  let done = 0;
  return atOnce(objects, { few: FEW, signal: ctx.signal }, async ({ key, etag }, index, signal) => {
    const file = { name: nameOf({ bucket: source.bucket, key }), path: join(scratch, `object-${index}`) };
    const part = room.part();
    const known = await keptFile(ctx, kept.get(file.name));
    const fetching = { ...LIMITS, bucket: source.bucket, key, region: s3.region, get: s3.get, to: file.path, signal };
    const isListedSame = known !== null && known.file.etag === etag;
    const got = isListedSame ? null : await fetchObject({ ...fetching, etag: known?.file.etag, room: part });
    const here = got === null ? known : { path: await keep(ctx, file.path), file: got };
    if (here === null) throw perennialError('PER_DATA_036', `${file.name} was not fetched.`);
    // Two objects may have the same bytes, and the store has them once: here each has a path of its own.
    await rm(file.path, { force: true });
    await symlink(here.path, file.path);
    const { bytes, sha256 } = here.file;
    const all = part.take(bytes);
    if (all > most) throw tooLarge(name, `has ${all} bytes or more`, most);
    done += 1;
    ctx.progress({ doing: 'fetching', source: name, objects: done, of: objects.length });
    return { file, collected: { name: file.name, bytes, sha256, etag: here.file.etag } };
  });
}

async function keep(ctx: EngineContext, path: string): Promise<string> {
  return ctx.artifacts.pathOf(await ctx.artifacts.putFile(path, 'source'));
}

function connectionOf(given: unknown, resource: string): S3Connection {
  if (given === undefined) throw perennialError('PER_RUN_060', `The resource '${resource}' has no value here.`);
  const parsed = S3Connection.safeParse(given);
  if (parsed.success) return parsed.data;
  // Places alone: what zod says may hold a value.
  const places = parsed.error.issues.map((issue) => issue.path.map(String).join('.') || 'the whole').join(', ');
  throw perennialError('PER_RUN_061', `The resource '${resource}' is no connection to S3: ${places}.`);
}
