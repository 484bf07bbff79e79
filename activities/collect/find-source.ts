import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { perennialError } from '../../core/errors';
import type { Format, LocalSource } from '../../steps/sources';
import { listMatches } from './list-matches';

/** A file of a source: its name for messages and records, and where it lies on this machine. */
export interface FoundFile {
  readonly name: string;
  readonly path: string;
}

/** A source by its lasting name (for lineage and messages), with the files that its rows are in, in their order. */
export interface FoundSource {
  readonly name: string;
  readonly files: readonly [FoundFile, ...FoundFile[]];
  readonly format: Format;
  /** Of CSV that the engine wrote: what stands in quotes is a text, even an empty one. */
  readonly quotedIsText?: boolean;
}

/** Files that one source may have. More are better made fewer than read one by one. */
const MOST_FILES = 10_000;

/**
 * Finds a source's files from the project folder. A package is looked for as Node looks: in `node_modules` of the
 * folder, then of each folder above; not by `require.resolve`, which refuses files that a package does not export.
 *
 * @throws PER_DATA_001 PER_DATA_027
 */
export async function findSource(source: LocalSource, project: string): Promise<FoundSource> {
  switch (source.kind) {
    case 'parquet':
      return one(source.path, await fileAt(resolve(project, source.path)));
    case 'package':
      return inPackage(source, project);
    case 'files':
      return manyFiles(source.paths, source.format, project);
  }
}

function one(name: string, path: string, format: Format = { kind: 'parquet' }): FoundSource {
  return { name, files: [{ name, path }], format };
}

async function fileAt(path: string): Promise<string> {
  if (await isFile(path)) return path;
  throw perennialError('PER_DATA_001', `There is no file ${path}.`);
}

type PackageSource = Extract<LocalSource, { readonly kind: 'package' }>;

async function inPackage({ package: owner, path, format }: PackageSource, project: string): Promise<FoundSource> {
  const name = `${owner}/${path}`;
  const inside = normalize(join(owner, path));
  if (isAbsolute(inside) || !inside.startsWith(join(owner, '/'))) {
    throw perennialError('PER_DATA_001', `${name} leads out of the package.`);
  }
  for (const folder of upwards(resolve(project))) {
    const file = join(folder, 'node_modules', inside);
    if (await isFile(file)) return one(name, file, format);
  }
  throw perennialError('PER_DATA_001', `There is no ${name} in any node_modules from ${resolve(project)} upwards.`);
}

async function manyFiles(patterns: readonly string[], format: Format, project: string): Promise<FoundSource> {
  const found = new Map<string, FoundFile>();
  for (const pattern of patterns) {
    for (const name of await matchesOf(pattern, project)) {
      const path = resolve(project, name);
      found.set(path, { name, path });
    }
  }
  const [first, ...rest] = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  if (first === undefined) throw perennialError('PER_DATA_001', `No file matches ${patterns.join(', ')}.`);
  if (found.size > MOST_FILES) {
    const most = MOST_FILES.toLocaleString('en');
    throw perennialError('PER_DATA_027', `${patterns.join(', ')} matches ${found.size} files; ${most} are the most.`);
  }
  return { name: patterns.join(', '), files: [first, ...rest], format };
}

/** A path that exists is that file, whatever its letters; only what does not is a pattern. */
async function matchesOf(pattern: string, project: string): Promise<readonly string[]> {
  if (await isFile(resolve(project, pattern))) return [pattern];
  const matches = await listMatches(pattern, project);
  if (matches.length > 0) return matches;
  throw perennialError('PER_DATA_001', `No file matches ${resolve(project, pattern)}.`);
}

function upwards(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
