import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { linkedDigest } from './linked-digest';

/** The engine itself: its build is known, and counts as part of the environment. */
const ENGINE = 'perennial-ml';

const Names = z.record(z.string(), z.unknown()).catch({});
const Manifest = z.object({
  version: z.string().catch('no version'),
  dependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
});
const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({ integrity: z.string().optional(), resolved: z.string().optional() }).catch({}),
  ),
});

/** A package as a file in the folder `from` imports it. */
export interface PackageImport {
  readonly name: string;
  readonly from: string;
}

/** What is installed for a project. */
export interface InstalledPackages {
  /**
   * The versions of packages, and of what these depend on, by name; null: one is not in any node_modules folder. A name
   * that is installed in several versions has them all, in order.
   */
  versionsOf(imports: readonly PackageImport[]): Readonly<Record<string, string>> | null;
}

interface Installed {
  readonly version: string;
  readonly needs: readonly string[];
}

/**
 * Reads the packages that a project's code runs with, each once. A version says no more than its author wanted, so what
 * the lockfile knows of the bytes goes with it, and a package that is a link to a folder goes by that folder's code.
 *
 * @param project the folder whose package-lock.json knows them
 */
export function installedPackages(project: string): InstalledPackages {
  const locked = readLockfile(project);
  const read = new Map<string, Installed>();

  function manifestOf(folder: string): Installed {
    const known = read.get(folder);
    if (known !== undefined) return known;
    const { version, ...rest } = Manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const needs = Object.values(rest).flatMap((names) => Object.keys(names));
    const mark = isInstalled(folder) ? locked(folder) : linkedDigest(folder).slice(0, 8);
    const made = { version: mark === null ? version : `${version} (${mark})`, needs };
    read.set(folder, made);
    return made;
  }

  return {
    versionsOf(imports) {
      const found = new Map<string, Set<string>>();
      const seen = new Set<string>();
      const open = imports.map((one) => ({ ...one, asked: true }));
      for (const { name, from, asked } of open) {
        const folder = find(name, from);
        // What a package may do without, it may not have: an optional dependency of another platform, say.
        if (folder === null && asked) return null;
        if (folder === null || seen.has(folder)) continue;
        seen.add(folder);
        if (name === ENGINE) continue;
        const { version, needs } = manifestOf(folder);
        found.set(name, (found.get(name) ?? new Set()).add(version));
        open.push(...needs.map((need) => ({ name: need, from: folder, asked: false })));
      }
      return Object.fromEntries(
        [...found].map(([name, versions]) => [name, [...versions].sort().join(', ')] as const).sort(),
      );
    },
  };
}

/** The folder of a package as Node finds it: the nearest node_modules upwards that has it, links followed. */
function find(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const there = join(folder, 'node_modules', name);
    if (existsSync(join(there, 'package.json'))) return realpathSync(there);
    if (dirname(folder) === folder) return null;
  }
}

function isInstalled(folder: string): boolean {
  return folder.split(sep).includes('node_modules');
}

/** What package-lock.json says of the bytes in a package's folder, shortened; null: nothing. */
function readLockfile(project: string): (folder: string) => string | null {
  const root = realpathSync(project);
  const path = join(root, 'package-lock.json');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}';
  const { packages } = Lockfile.catch({ packages: {} }).parse(parsed(text));
  return (folder) => {
    const entry = packages[relative(root, folder).split(sep).join('/')];
    const said = entry?.integrity ?? entry?.resolved;
    return said === undefined ? null : createHash('sha256').update(said).digest('hex').slice(0, 8);
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
