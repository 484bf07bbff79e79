import { perennialError } from '../../../core/errors';
import type { S3Bucket, S3Page } from './connect-s3';
import { isPattern, matcherOf, prefixOf } from './match-keys';
import { type Asked, nameOf, refusalOf } from './refusals';

/** An object to fetch; what was not listed is known by its key alone. */
export interface FoundObject {
  readonly key: string;
  readonly bytes: number | null;
  readonly etag: string | null;
}

/** How to look. */
export interface Looking extends Omit<Asked, 'key'> {
  readonly list: S3Bucket['list'];
  readonly most: {
    /** Objects that one source may have. */
    readonly objects: number;
    /** Parts of a list that one pattern may go through; S3 puts a thousand keys into each. */
    readonly pages: number;
  };
  readonly signal: AbortSignal;
}

/**
 * Finds a source's objects in the order of their keys, each once. A key without letters of patterns is not looked for: what is
 * fetched will show. One that ends with a slash is a folder in what tools show, and no pattern matches it.
 *
 * @throws PER_DATA_001 PER_DATA_027, and what S3 refuses with ({@link refusalOf})
 */
export async function findObjects(keys: readonly string[], looking: Looking): Promise<readonly FoundObject[]> {
  const found = new Map<string, FoundObject>();
  const add = (object: FoundObject): void => {
    const known = found.get(object.key);
    if (known === undefined || known.etag === null) found.set(object.key, object);
    if (found.size <= looking.most.objects) return;
    const most = looking.most.objects.toLocaleString('en');
    const names = keys.map((key) => nameOf({ ...looking, key })).join(', ');
    throw perennialError('PER_DATA_027', `${names} matches more than ${most} objects, which are the most.`);
  };
  for (const key of keys) {
    if (isPattern(key)) for (const object of await matchesOf(key, looking)) add(object);
    else add({ key, bytes: null, etag: null });
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** A key that exists is that object, whatever its letters; only what does not is a pattern. */
async function matchesOf(pattern: string, looking: Looking): Promise<readonly FoundObject[]> {
  const matches = matcherOf(pattern);
  const found: FoundObject[] = [];
  for await (const { objects } of pagesOf(prefixOf(pattern), looking)) {
    const exact = objects.find(({ key }) => key === pattern);
    if (exact !== undefined) return [exact];
    found.push(...objects.filter(({ key }) => !key.endsWith('/') && matches(key)));
    if (found.length > looking.most.objects) return found;
  }
  if (found.length === 0) {
    throw perennialError('PER_DATA_001', `No object matches ${nameOf({ ...looking, key: pattern })}.`);
  }
  return found;
}

async function* pagesOf(prefix: string, { list, most, signal, ...asked }: Looking): AsyncGenerator<S3Page> {
  let next: string | null = null;
  for (let pages = 0; pages < most.pages; pages += 1) {
    const page: S3Page | null = await list(prefix, next, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw refusalOf(error, { ...asked, key: null });
    });
    if (page === null || (page.next !== null && page.next === next)) {
      const name = nameOf({ ...asked, key: prefix });
      throw perennialError(
        'PER_DATA_055',
        `What is asked for the list of ${name}* answers with none that S3 would make.`,
      );
    }
    yield page;
    if (page.next === null) return;
    ({ next } = page);
  }
  const begun = nameOf({ ...asked, key: prefix });
  const parts = most.pages.toLocaleString('en');
  throw perennialError(
    'PER_DATA_027',
    `The list of what begins with ${begun} has more than ${parts} parts: begin the pattern with more letters.`,
  );
}
