import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { type StepCode, toStepCode } from '../../activities/run-step';
import type { Implementation } from '../../core';
import { packageRoot } from '../package-root';
import { type ModuleGraph, reach } from './module-graph';
import { installedPackages } from './packages';

/** What says which packages are installed where node_modules does not. */
const LOCKFILES = ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock'];

/** A project's code: its files, and which of them were loaded with what exports. */
export interface ProjectSources {
  /** The folder that the graph's paths start from. */
  readonly root: string;
  readonly graph: ModuleGraph;
  /** Exports by path; grows as pools are loaded. */
  readonly loaded: ReadonlyMap<string, object>;
}

/**
 * The code behind a project's implementations: the files that an implementation's own file reaches by imports, and the
 * versions of the packages that these import. Where that file is not known, or one of those files loads what only its
 * run knows, it is the whole project. Files are read when the project is loaded, and only once.
 */
export function projectCode(sources: ProjectSources): (implementation: Implementation) => StepCode {
  const { root, graph, loaded } = sources;
  const packages = installedPackages(root);
  const digests = new Map([...graph.keys()].map((path) => [path, digestOf(join(root, path))]));
  const made = new Map<string | null, StepCode>();

  function codeOf(module: string | null): StepCode {
    const reached = module === null ? [] : reach(graph, module);
    const opaque = reached.find((path) => graph.get(path)?.unknown != null);
    const why =
      module === null
        ? 'the file that implements the step is not one that is loaded with import()'
        : opaque === undefined
          ? null
          : `${named(root, opaque)} loads what is only known when it runs`;
    return codeOfFiles(why === null ? reached : [...graph.keys()], why);
  }

  function codeOfFiles(paths: readonly string[], whole: string | null): StepCode {
    const imports = paths.flatMap((path) => {
      const from = dirname(join(root, path));
      return (graph.get(path)?.packages ?? []).map((name) => ({ name, from }));
    });
    const versions = packages.versionsOf(imports);
    const files = paths.map((path) => [named(root, path), digests.get(path) ?? ''] as const);
    const locks = whole === null && versions !== null ? [] : lockfiles(root);
    return toStepCode({
      files: Object.fromEntries([...files, ...locks].sort(([a], [b]) => (a < b ? -1 : 1))),
      packages: { ...versions },
      build: null,
      whole,
    });
  }

  return (implementation) => {
    const module = moduleOf(implementation, graph, loaded);
    const code = made.get(module) ?? codeOf(module);
    made.set(module, code);
    return code;
  };
}

/** Of the files that export it, the one that reaches the fewest others: those that only pass it on reach that one too. */
function moduleOf(
  implementation: Implementation,
  graph: ModuleGraph,
  loaded: ReadonlyMap<string, object>,
): string | null {
  const exporting = [...loaded].flatMap(([path, exports]) =>
    Object.values(exports).includes(implementation) ? [{ path, size: reach(graph, path).length }] : [],
  );
  return exporting.sort((a, b) => a.size - b.size)[0]?.path ?? null;
}

function lockfiles(root: string): [string, string][] {
  return LOCKFILES.filter((name) => existsSync(join(root, name))).map((name) => [name, digestOf(join(root, name))]);
}

/** A file by a name that does not tell where the project lies: the engine's own files go by the engine's name. */
function named(root: string, path: string): string {
  const inEngine = relative(packageRoot(), join(root, path));
  if (!path.startsWith('..') && !isAbsolute(path)) return path;
  return inEngine.startsWith('..') ? path : `perennial-ml/${inEngine.split(sep).join('/')}`;
}

/** SHA-256 over files by their names; in hex. @param paths from the root */
export function filesDigest(root: string, paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of [...paths].sort()) hash.update(`${named(root, path)}\0${digestOf(join(root, path))}\0`);
  return hash.digest('hex');
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
