import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { perennialError } from '../../core/errors';
import type { Source } from '../../steps/collect';

/** A source by its lasting name (for lineage and messages) and by where its file lies on this machine. */
export interface FoundSource {
  readonly name: string;
  readonly path: string;
}

/**
 * Finds a source's file from the project folder. A package is looked for as Node looks: in `node_modules` of the
 * folder, then of each folder above; not by `require.resolve`, which refuses files that a package does not export.
 *
 * @throws PER_DATA_001
 */
export async function findSource(source: Source, project: string): Promise<FoundSource> {
  const name = source.kind === 'package' ? `${source.package}/${source.path}` : source.path;
  if (source.kind === 'parquet') {
    const path = resolve(project, source.path);
    if (await isFile(path)) return { name, path };
    throw perennialError('PER_DATA_001', `There is no file ${path}.`);
  }
  const inside = normalize(join(source.package, source.path));
  if (isAbsolute(inside) || !inside.startsWith(join(source.package, '/'))) {
    throw perennialError('PER_DATA_001', `${name} leads out of the package.`);
  }
  for (const folder of upwards(resolve(project))) {
    const path = join(folder, 'node_modules', inside);
    if (await isFile(path)) return { name, path };
  }
  throw perennialError('PER_DATA_001', `There is no ${name} in any node_modules from ${resolve(project)} upwards.`);
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
