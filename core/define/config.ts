import { PROJECT_OPTIONS, refuseUnknownOptions } from './known-options';
import type { HandWritten } from './hand-written';
import type { Model } from './model';
import type { Pipeline } from './pipeline';
import type { Retention } from './retention';

/** What a project runs: the default export of perennial.config.ts. */
export interface ProjectConfig {
  readonly kind: 'project';
  readonly pipelines: readonly Pipeline[];
  readonly models: readonly Model[];
  /** Workflows written by hand, whose steps the project's workers run. Default none. */
  readonly workflows?: readonly HandWritten[];
  /** By pool: loads the files that export `implement(...)`. Only workers of that pool call it. */
  readonly steps: { readonly [pool: string]: () => Promise<object> };
  /** For how long records are kept. Default: executions a year, logs a month, predictions two years. */
  readonly retention?: Retention;
}

/**
 * Declares a project.
 *
 * @throws PER_DEF_071 for a key that nobody reads: a misspelt `retention` would else be the default
 */
export function defineConfig(config: Omit<ProjectConfig, 'kind'>): ProjectConfig {
  // A project that is spread into another one's config has its kind, too.
  if (!('kind' in config)) refuseUnknownOptions('the project', config, PROJECT_OPTIONS);
  return Object.freeze({ kind: 'project', ...config });
}
