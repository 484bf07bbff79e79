import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { z } from 'zod';
import type { ArtifactKind, ArtifactStore, Json } from '../../../core';
import { perennialError } from '../../../core/errors';
import { JsonValue } from '../json-value';
import type { Mask } from '../resources';
import type { Places } from './places';

/** Most bytes of the file that a program writes its output to. What is kept of it has a lower limit: PER_RUN_006. */
const LARGEST = 1024 * 1024;

const KINDS = ['dataset', 'model', 'report', 'predictions', 'json'] as const satisfies readonly ArtifactKind[];

/** Stands in a program's output for a file that it has made; the artifact's digest takes its place. */
const Marker = z.strictObject({ $file: z.string().min(1), kind: z.enum(KINDS) });

/**
 * The output of a program that has ended, with the files that it names kept as artifacts.
 *
 * @param mask for what errors repeat of it
 * @throws PER_RUN_068 when there is none or it is no JSON, PER_RUN_069 for a file that is not one of its own
 */
export async function readOutput(
  places: Places,
  what: string,
  { artifacts, mask }: { readonly artifacts: ArtifactStore; readonly mask: Mask },
): Promise<Json> {
  const output = parse(await readText(places.output, what), what, mask);
  const kept = new Map<string, Promise<string>>();

  async function resolve(value: Json): Promise<Json> {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return inTurn(value, resolve);
    if (Object.hasOwn(value, '$file')) return keep(value);
    const fields = await inTurn(Object.entries(value), async ([key, part]) => [key, await resolve(part)] as const);
    return Object.fromEntries(fields);
  }

  async function keep(value: Json): Promise<string> {
    const marker = Marker.safeParse(value);
    if (!marker.success) {
      const said = mask.text(JSON.stringify(value)).slice(0, 200);
      throw perennialError('PER_RUN_069', `${what} has the malformed file ${said}.`);
    }
    const { $file: name, kind } = marker.data;
    const path = await fileOf(places.files, name, what);
    const digest = kept.get(path) ?? artifacts.putFile(path, kind);
    kept.set(path, digest);
    return digest;
  }

  return resolve(output);
}

async function readText(path: string, what: string): Promise<string> {
  const found = await lstat(path).catch(() => null);
  if (found === null) throw perennialError('PER_RUN_068', `${what} ended without an output.`);
  if (!found.isFile()) throw perennialError('PER_RUN_068', `${what} left something else than a file as its output.`);
  if (found.size > LARGEST) {
    throw perennialError('PER_RUN_006', `${what} wrote an output of ${found.size} bytes; the limit is ${LARGEST}.`);
  }
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function parse(text: string, what: string, mask: Mask): Json {
  try {
    return JsonValue.parse(JSON.parse(text));
  } catch {
    throw perennialError('PER_RUN_068', `${what} wrote an output that is no JSON: ${whyNot(mask.text(text))}.`);
  }
}

/** JSON.parse repeats some characters of what it has read, so it is asked about the masked text: it may begin within a value. */
function whyNot(masked: string): string {
  try {
    JSON.parse(masked);
  } catch (error) {
    if (error instanceof SyntaxError) return error.message.slice(0, 200);
  }
  // A deep value overflows the stack.
  return 'it cannot be taken in';
}

/** A file that the program has made: an ordinary one below its folder, reached by no link and with no other name. */
async function fileOf(files: string, name: string, what: string): Promise<string> {
  const refuse = (why: string) =>
    perennialError('PER_RUN_069', `${what} names the file ${JSON.stringify(name)}: ${why}.`);
  const inside = normalize(name);
  if (isAbsolute(name) || name.includes('\0') || inside.split('/').includes('..')) throw refuse('it lies elsewhere');
  const path = join(await realpath(files), inside);
  const found = await lstat(path).catch(() => null);
  if (found === null) throw refuse('it is not there');
  if (found.isSymbolicLink() || (await realpath(path)) !== path) throw refuse('it is a link, or behind one');
  if (!found.isFile()) throw refuse('it is no ordinary file');
  // A hard link to a file of someone else would make it an artifact.
  if (found.nlink > 1) throw refuse('it has another name as well');
  return path;
}

/** One after the other: a program may name many large files. */
async function inTurn<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const one of list) done.push(await work(one));
  return done;
}
