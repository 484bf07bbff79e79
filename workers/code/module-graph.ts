import { builtinModules } from 'node:module';
import type { Message, Metafile } from 'esbuild';

/** A file of the project, as the bundler has read it. */
export interface ProjectModule {
  /** True for an ES module, false for JSON, CommonJS and the like. */
  readonly esm: boolean;
  /** The files it imports when it is loaded. */
  readonly eager: readonly string[];
  /** The files it imports at some time: those, and what it requires or imports later. */
  readonly imports: readonly string[];
  /** The files it imports with `import()`. */
  readonly lazy: readonly string[];
  /** The packages it imports. */
  readonly packages: readonly string[];
  /** What it loads that nobody knows before it runs; null: nothing of the kind. */
  readonly unknown: string | null;
}

/** The files of a project by their path from its folder. */
export type ModuleGraph = ReadonlyMap<string, ProjectModule>;

/** Messages of esbuild that say: here something is loaded or run that only the run itself knows. */
export const UNKNOWN_LOADS: readonly string[] = [
  'unsupported-dynamic-import',
  'unsupported-require-call',
  'indirect-require',
  'direct-eval',
];

type Import = Metafile['inputs'][string]['imports'][number];

/** The graph of a bundle's inputs. `warnings` are those of the same build, with {@link UNKNOWN_LOADS} among them. */
export function moduleGraph(metafile: Metafile, warnings: readonly Message[]): ModuleGraph {
  const said = new Map(
    warnings.filter(({ id }) => UNKNOWN_LOADS.includes(id)).map(({ location, text }) => [location?.file, text]),
  );
  const files = Object.entries(metafile.inputs).filter(([path]) => path !== '<stdin>');
  return new Map(files.map(([path, { imports, format }]) => [path, moduleOf(imports, format, said.get(path))]));
}

/** The files that a file reaches, itself among them. */
export function reach(graph: ModuleGraph, from: string, edge: 'imports' | 'eager' = 'imports'): string[] {
  const seen = new Set([from]);
  for (const path of seen) for (const next of graph.get(path)?.[edge] ?? []) if (graph.has(next)) seen.add(next);
  return [...seen];
}

function moduleOf(imports: readonly Import[], format: string | undefined, said: string | undefined): ProjectModule {
  const inside = imports.filter(({ external }) => external !== true);
  const outside = imports.filter(({ external }) => external === true).map(({ path }) => path);
  const of = (kind: string) => unique(inside.filter((one) => one.kind === kind).map(({ path }) => path));
  return {
    esm: format === 'esm',
    eager: of('import-statement'),
    imports: unique(inside.map(({ path }) => path)),
    lazy: of('dynamic-import'),
    packages: unique(outside.filter((path) => !isBuiltin(path) && !isOpaque(path)).map(packageName)),
    unknown: said ?? outside.filter(isOpaque).map((path) => `It loads ${path}`)[0] ?? null,
  };
}

/** A pattern, an alias of the package's own, or the door to a `require` that the bundler does not see. */
function isOpaque(path: string): boolean {
  return /^[./#]/.test(path) || /^(node:)?module$/.test(path);
}

function isBuiltin(path: string): boolean {
  return path.startsWith('node:') || builtinModules.includes(path);
}

/** `zod/v4/core` is of `zod`, `@duckdb/node-api/lib/x.js` of `@duckdb/node-api`. */
function packageName(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
