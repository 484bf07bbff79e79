import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { BuildFailure, BuildResult } from 'esbuild';
import { z } from 'zod';
import { implementationsIn, withCalled } from '../core';
import type { Implementation, Model, Pipeline, ProjectConfig } from '../core';
import { perennialError } from '../core/errors';
import { checkLoaded } from './pool-steps';

/** A user's project: what its perennial.config.ts declares, loaded into this process. */
export interface Project {
  /** The folder of perennial.config.ts. */
  readonly folder: string;
  /** The bundled config, a CommonJS file that exports `config`; an isolated step's child process loads it too. */
  readonly bundle: string;
  /** SHA-256 of the bundle, in hex: the same sources give the same digest wherever they lie. */
  readonly digest: string;
  readonly pipelines: readonly Pipeline[];
  readonly models: readonly Model[];
  /** The pools that have step code of their own. */
  readonly pools: readonly string[];
  /** Loads the code of a pool's steps: what its files export by `implement(...)`. Empty for a pool without any. */
  steps(pool: string): Promise<Implementation[]>;
}

/**
 * Bundles `perennial.config.ts` of a folder with esbuild and loads it. Packages stay outside of the bundle and are found
 * from the project's folder, wherever the bundle is written.
 *
 * @param folder the project
 * @param state the state folder; the bundle goes to its `build/`
 * @throws PER_STACK_007 when there is no config, it does not compile, throws, or exports no project; PER_DEF_009 when
 * two of its things share a name, PER_DEF_013 when a step asks for a pool that nobody serves
 */
export async function loadProject(folder: string, state: string): Promise<Project> {
  const root = resolve(folder);
  const source = join(root, 'perennial.config.ts');
  if (!existsSync(source)) throw perennialError('PER_STACK_007', `${source} does not exist.`);
  const { bundle, digest } = await bundleConfig(root, source, resolve(state));
  const config = readConfig(source, load(source, bundle));
  const pools = Object.keys(config.steps);
  const pipelines = withCalled(config.pipelines);
  checkLoaded({ ...config, pipelines, pools }, null);
  return {
    folder: root,
    bundle,
    digest,
    pipelines,
    models: config.models,
    pools,
    steps: (pool) => loadSteps(source, config, pool),
  };
}

async function bundleConfig(root: string, source: string, state: string): Promise<{ bundle: string; digest: string }> {
  // esbuild is loaded by those who bundle, not by everyone who knows the type of a project.
  const { build, stop } = await import('esbuild');
  // Packages are found from the project, although the bundle lies in the state folder.
  const banner = `require = require('node:module').createRequire(${JSON.stringify(source)});`;
  let built: BuildResult<{ write: false }>;
  try {
    built = await build({
      stdin: { contents: "export { default as config } from './perennial.config';", resolveDir: root, loader: 'ts' },
      absWorkingDir: root,
      bundle: true,
      packages: 'external',
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      sourcemap: 'inline',
      sourcesContent: false,
      outfile: 'project.js',
      write: false,
      logLevel: 'silent',
    });
  } catch (error) {
    throw perennialError('PER_STACK_007', `${source} does not compile: ${describe(error)}.`, { cause: error });
  } finally {
    // Otherwise its helper process stays for as long as this one.
    await stop();
  }
  const text = built.outputFiles[0]?.text ?? '';
  const digest = createHash('sha256').update(text).digest('hex');
  const bundle = join(state, 'build', `project-${digest.slice(0, 16)}.js`);
  mkdirSync(join(state, 'build'), { recursive: true, mode: 0o700 });
  // The banner shares the first line, so that the source map's lines still fit; the directive has to stay in front.
  const directive = '"use strict";';
  const code = text.startsWith(directive) ? `${directive}${banner}${text.slice(directive.length)}` : `${banner}${text}`;
  writeFileSync(`${bundle}.${process.pid}`, code, { mode: 0o600 });
  renameSync(`${bundle}.${process.pid}`, bundle);
  return { bundle, digest };
}

function load(source: string, bundle: string): unknown {
  try {
    const exported: unknown = createRequire(bundle)(bundle);
    return exported;
  } catch (error) {
    throw perennialError('PER_STACK_007', `${source} throws while it is loaded: ${describe(error)}.`, { cause: error });
  }
}

const isFunction = z.custom<() => Promise<object>>((value) => typeof value === 'function', 'must be a function');
const isA = <T>(kind: string) =>
  z.custom<T>((value) => typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind, {
    error: `must be made with ${kind}(...)`,
  });
const Exported = z.object({
  config: z.object(
    {
      kind: z.literal('project', 'must be made with defineConfig(...)'),
      pipelines: z.array(isA<Pipeline>('pipeline')),
      models: z.array(isA<Model>('model')),
      steps: z.record(z.string(), isFunction),
    },
    'has no default export',
  ),
});

function readConfig(source: string, exported: unknown): Omit<ProjectConfig, 'kind'> {
  const parsed = Exported.safeParse(exported);
  if (parsed.success) return parsed.data.config;
  const issues = parsed.error.issues.map(
    ({ path, message }) => `${path.slice(1).map(String).join('.') || 'it'} ${message}`,
  );
  throw perennialError('PER_STACK_007', `${source} exports no project: ${issues.join('; ')}.`);
}

async function loadSteps(source: string, config: Omit<ProjectConfig, 'kind'>, pool: string): Promise<Implementation[]> {
  const loader = config.steps[pool];
  if (loader === undefined) return [];
  try {
    return implementationsIn(await loader());
  } catch (error) {
    throw perennialError(
      'PER_STACK_007',
      `The steps of the pool ${pool} (${source}) cannot be loaded: ${describe(error)}.`,
      {
        cause: error,
      },
    );
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
