import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { BuildFailure } from 'esbuild';
import { z } from 'zod';
import type { StepCode } from '../activities/run-step';
import { implementationsIn, withCalled } from '../core';
import type { HandWritten, Implementation, Model, Pipeline, ProjectConfig } from '../core';
import { type KeptFor, readRetention } from '../core/define/retention';
import { isPerennialError, PerennialError, perennialError } from '../core/errors';
import { bundleProject, type ProjectBundle } from './bundle-project';
import { reach } from './code/module-graph';
import { filesDigest, projectCode } from './code/project-code';
import { type BundledProject, thrownAt, withDeepTraces } from './code/thrown-at';
import { checkLoaded } from './pool-steps';

/** A user's project: what its perennial.config.ts declares, loaded into this process. */
export interface Project {
  /** The folder of perennial.config.ts. */
  readonly folder: string;
  /** The bundled config, a CommonJS file that exports `config`; an isolated step's child process loads it too. */
  readonly bundle: string;
  /** SHA-256 of the bundle, in hex. */
  readonly digest: string;
  readonly pipelines: readonly Pipeline[];
  readonly models: readonly Model[];
  /** Those written by hand. */
  readonly workflows: readonly HandWritten[];
  /** The pools that have step code of their own. */
  readonly pools: readonly string[];
  /** Loads the code of a pool's steps: what its files export by `implement(...)`. Empty for a pool without any. */
  steps(pool: string): Promise<Implementation[]>;
  /** SHA-256 over the files that are loaded with the config: pipelines, models, contracts; not the code of steps. */
  readonly definitions: string;
  /** For how long records are kept, ms. */
  readonly retention: KeptFor;
  /** The code behind one of these implementations: the files that its own file reaches, and the packages of these. */
  codeOf(implementation: Implementation): StepCode;
}

/**
 * Bundles `perennial.config.ts` of a folder with esbuild and loads it. Packages stay outside of the bundle and are found
 * from the project's folder, wherever the bundle is written.
 *
 * @param folder the project
 * @param state the state folder; the bundle goes to its `build/`
 * @throws PER_STACK_007 when there is no config or it exports no project, PER_STACK_102 when it does not compile, PER_STACK_103 when it throws; what the engine says
 * of a faulty definition (PER_DEF_...), with the file and line of the project; PER_DEF_009 when two of its things share a
 * name, PER_DEF_013 when a step asks for a pool that nobody serves, PER_STACK_080 for a malformed retention
 */
export async function loadProject(folder: string, state: string): Promise<Project> {
  const root = resolve(folder);
  const source = join(root, 'perennial.config.ts');
  if (!existsSync(source)) throw perennialError('PER_STACK_007', `${source} does not exist.`);
  const { path: bundle, digest, graph } = await bundleConfig(root, source, resolve(state));
  const { config, loaded } = readBundle(source, load(source, { root, bundle }));
  const pools = Object.keys(config.steps);
  const pipelines = withCalled(config.pipelines);
  checkLoaded({ ...config, pipelines, pools }, null);
  return {
    folder: root,
    bundle,
    digest,
    pipelines,
    models: config.models,
    workflows: config.workflows,
    pools,
    steps: (pool) => loadSteps(source, config, pool, { root, bundle }),
    definitions: filesDigest(root, reach(graph, 'perennial.config.ts', 'eager')),
    retention: readRetention(config.retention),
    codeOf: projectCode({ root, graph, loaded }),
  };
}

async function bundleConfig(root: string, source: string, state: string): Promise<ProjectBundle> {
  try {
    return await bundleProject(root, source, state);
  } catch (error) {
    throw perennialError('PER_STACK_102', `${source} does not compile: ${describe(error)}.`, { cause: error });
  }
}

function load(source: string, own: BundledProject): unknown {
  try {
    return withDeepTraces(() => {
      const exported: unknown = createRequire(own.bundle)(own.bundle);
      return exported;
    });
  } catch (error) {
    throw located(error, own) ?? unloadable(`${source} throws while it is loaded`, error, own);
  }
}

/** What the project defines wrongly says so itself; which line it stands in is added. Null: it is another error. */
function located(error: unknown, own: BundledProject): PerennialError | null {
  if (!isPerennialError(error)) return null;
  const at = thrownAt(error, own);
  if (at === null) return error;
  const { code, row, detail, cause, stack } = error;
  const told = new PerennialError(code, row, `${at}: ${detail}`, { cause });
  if (stack !== undefined) told.stack = stack;
  return told;
}

function unloadable(what: string, error: unknown, own: BundledProject): PerennialError {
  const at = thrownAt(error, own);
  return perennialError('PER_STACK_103', `${what}: ${describe(error)}${at === null ? '' : ` (${at})`}.`, {
    cause: error,
  });
}

const isFunction = z.custom<() => Promise<object>>((value) => typeof value === 'function', 'must be a function');
const isA = <T>(maker: string, kind = maker) =>
  z.custom<T>((value) => typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind, {
    error: `must be made with ${maker}(...)`,
  });
const Exported = z.object({
  config: z.object(
    {
      kind: z.literal('project', 'must be made with defineConfig(...)'),
      pipelines: z.array(isA<Pipeline>('pipeline')),
      models: z.array(isA<Model>('model')),
      workflows: z.array(isA<HandWritten>('handWritten', 'hand-written')).default([]),
      steps: z.record(z.string(), isFunction),
      retention: z.unknown().optional(),
    },
    'has no default export',
  ),
  // Handed on as it is: it grows as pools are loaded.
  loaded: z.custom<ReadonlyMap<string, object>>((value) => Object.prototype.toString.call(value) === '[object Map]'),
});

type Declared = Required<Omit<ProjectConfig, 'kind' | 'retention'>> & { readonly retention?: unknown };

interface Loaded {
  readonly config: Declared;
  readonly loaded: ReadonlyMap<string, object>;
}

function readBundle(source: string, exported: unknown): Loaded {
  const parsed = Exported.safeParse(exported);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    ({ path, message }) => `${path.slice(1).map(String).join('.') || 'it'} ${message}`,
  );
  throw perennialError('PER_STACK_007', `${source} exports no project: ${issues.join('; ')}.`);
}

async function loadSteps(
  source: string,
  config: Declared,
  pool: string,
  own: BundledProject,
): Promise<Implementation[]> {
  const loader = config.steps[pool];
  if (loader === undefined) return [];
  try {
    return implementationsIn(await loader());
  } catch (error) {
    throw located(error, own) ?? unloadable(`The steps of the pool ${pool} (${source}) cannot be loaded`, error, own);
  }
}

function describe(error: unknown): string {
  if (isBuildFailure(error)) {
    return error.errors
      .map(({ text, location }) => (location === null ? text : `${location.file}:${location.line}: ${text}`))
      .join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
