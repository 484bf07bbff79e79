// Digests of what a build is made from and of what it made. Shared by setup.mjs, which asks whether to build, and
// finish-build.mjs, which writes the answer down.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's root. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The folders that are compiled into a build, as tsconfig.json names them. */
export function rooms() {
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return include.filter((name) => name !== 'test' && !name.endsWith('.ts'));
}

const FILES = [
  'perennial.config.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
  'cli/launch/finish-build.mjs',
];

/** SHA-256 over names and bytes of files, in the order of their names: the same on every machine. */
export function digestOf(paths) {
  const hash = createHash('sha256');
  for (const path of [...paths].sort()) {
    const name = relative(root, path).split(sep).join('/');
    const bytes = readFileSync(path);
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** Every file below a folder whose name ends so; none when there is no such folder. */
export function filesBelow(folder, ending) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, ending);
    return entry.name.endsWith(ending) ? [path] : [];
  });
}

/** The files that a build is made from. */
export function sources() {
  const inRooms = rooms().flatMap((room) => filesBelow(join(root, room), '.ts'));
  return [...inRooms, ...FILES.map((file) => join(root, file)).filter((path) => existsSync(path))];
}

/** What dist/build.json says; null when there is none. */
export function readBuild() {
  try {
    return JSON.parse(readFileSync(join(root, 'dist', 'build.json'), 'utf8'));
  } catch {
    return null;
  }
}
