import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';

const Installed = z.object({ packages: z.record(z.string(), z.looseObject({ resolved: z.string().optional() })) });
const Manifest = z.object({ name: z.string(), version: z.string() });

/**
 * What a new project's package.json names the engine by: the file that it was installed from where that was a packed
 * file, its folder where it is a checkout, else its version.
 *
 * @param engine the root of the engine that runs
 * @param folder that of the new project: paths are told from there
 */
export function engineSpec(engine: string, folder: string): string {
  const { name, version } = Manifest.parse(JSON.parse(readFileSync(join(engine, 'package.json'), 'utf8')));
  const modules = dirname(resolve(engine));
  if (basename(modules) !== 'node_modules') return fileSpec(engine, folder);
  const resolved = resolvedTo(modules, name);
  // npm notes a file relative to the folder that node_modules lies in.
  return resolved?.startsWith('file:') === true
    ? fileSpec(resolve(dirname(modules), resolved.slice('file:'.length)), folder)
    : version;
}

function fileSpec(path: string, folder: string): string {
  return `file:${relative(folder, resolve(path)).split(sep).join('/')}`;
}

/** Where npm has a package from; undefined: it does not say. */
function resolvedTo(modules: string, name: string): string | undefined {
  const path = join(modules, '.package-lock.json');
  if (!existsSync(path)) return undefined;
  return Installed.parse(JSON.parse(readFileSync(path, 'utf8'))).packages[`node_modules/${name}`]?.resolved;
}
