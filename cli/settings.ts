import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { perennialError } from '../core/errors';
import { isAlive } from '../workers/embedded/process-mark';
import { BuildName } from '../store/environment';
import { intoPreview, OWN_SOURCES } from './preview/into-preview';
import { readCurrent, readStackFile } from '../workers/embedded/stack-file';
import type { StackFile } from '../workers/embedded/stack-file';

/** Where a setting's value came from. Flags win over the environment, which wins over the last stack started here; a preview over all. */
export type Source = 'flag' | 'environment' | 'stack' | 'preview' | 'default';

const Versioning = z.enum(['pinned', 'off']);

const Environment = z.object({
  PERENNIAL_BUILD: BuildName.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).optional(),
  PERENNIAL_STATE: z.string().min(1).optional(),
  PERENNIAL_ARTIFACTS: z.string().min(1).optional(),
  PERENNIAL_PREDICTIONS: z.string().min(1).optional(),
  PERENNIAL_PREVIEW: z.string().min(1).optional(),
  PERENNIAL_PREVIEWS: z.string().min(1).optional(),
  PERENNIAL_PREVIEW_SERVING_URL: z.url().optional(),
  PERENNIAL_PROJECT: z.string().min(1).optional(),
  PERENNIAL_SERVING_URL: z.url().optional(),
  PERENNIAL_VERSIONING: Versioning.optional(),
  PERENNIAL_HOST: z.string().min(1).optional(),
  PERENNIAL_TOKEN: z.string().min(1).optional(),
  PERENNIAL_LOG_LEVEL: z.string().min(1).optional(),
});

/** Everything a verb may need to reach the engine. Null: known from nowhere. */
export interface Settings {
  readonly project: string;
  readonly state: string;
  readonly artifacts: string;
  /** Root of the artifact store that a preview reads from; null: this is no preview. */
  readonly artifactsBase: string | null;
  readonly predictions: string;
  /** The preview that is worked in; null: none. */
  readonly preview: string | null;
  /** Where previews have their folders. */
  readonly previews: string;
  readonly temporalAddress: string | null;
  readonly temporalNamespace: string;
  readonly databaseUrl: string | null;
  readonly servingUrl: string | null;
  /** Whether runs stay with the build that they began on. In an embedded stack there is one build, and nothing to stay with. */
  readonly versioning: 'pinned' | 'off';
  readonly host: string;
  readonly token: string | null;
  readonly logLevel: string;
}

/** The settings, where each came from, and the running stack that they may have come from. */
export interface Resolved {
  readonly settings: Settings;
  readonly sources: Readonly<Record<keyof Settings, Source>>;
  readonly stack: StackFile | null;
}

/** Settings with both servers known. */
export type Reachable = Settings & { readonly temporalAddress: string; readonly databaseUrl: string };

/** What the command line may say of them. */
export interface SettingsFlags {
  readonly state?: string | undefined;
  readonly project?: string | undefined;
  /** The preview to work in; null: none, whatever the environment says. */
  readonly preview?: string | null | undefined;
}

/**
 * Works out the settings: flags, then environment, then the last stack started in the project (its state folder, and while it
 * runs its addresses), then defaults.
 *
 * @throws PER_STACK_014 when the environment holds a value of the wrong form; PER_STACK_085 and PER_STACK_086 about the preview
 */
export function resolveSettings(flags: SettingsFlags): Resolved {
  const parsed = Environment.safeParse(emptyAsMissing(process.env));
  if (!parsed.success) throw perennialError('PER_STACK_014', `The environment: ${z.prettifyError(parsed.error)}.`);
  const env = parsed.data;
  const sources: Partial<Record<keyof Settings, Source>> = {};
  function pick<D>(key: keyof Settings, fallback: D, ...from: [Source, string | null | undefined][]): string | D {
    for (const [source, value] of from) {
      if (value === undefined || value === null) continue;
      sources[key] = source;
      return value;
    }
    sources[key] = 'default';
    return fallback;
  }
  const project = resolve(
    pick('project', findProject(process.cwd()), ['flag', flags.project], ['environment', env.PERENNIAL_PROJECT]),
  );
  const state = resolve(
    pick(
      'state',
      defaultState(project),
      ['flag', flags.state],
      ['environment', env.PERENNIAL_STATE],
      ['stack', readCurrent(join(project, '.perennial'))],
    ),
  );
  const stack = runningStack(state);
  const settings: Settings = {
    project,
    state,
    artifacts: resolve(pick('artifacts', join(state, 'artifacts'), ['environment', env.PERENNIAL_ARTIFACTS])),
    artifactsBase: null,
    preview: null,
    previews: resolve(pick('previews', join(state, 'previews'), ['environment', env.PERENNIAL_PREVIEWS])),
    predictions: resolve(pick('predictions', join(state, 'predictions'), ['environment', env.PERENNIAL_PREDICTIONS])),
    temporalAddress: pick(
      'temporalAddress',
      null,
      ['environment', env.TEMPORAL_ADDRESS],
      ['stack', stack?.addresses.temporal],
    ),
    temporalNamespace: pick('temporalNamespace', 'default', ['environment', env.TEMPORAL_NAMESPACE]),
    databaseUrl: pick('databaseUrl', null, ['environment', env.DATABASE_URL], ['stack', stack?.addresses.postgresUrl]),
    servingUrl: pick(
      'servingUrl',
      null,
      ['environment', env.PERENNIAL_SERVING_URL],
      ['stack', stack?.addresses.serving],
    ),
    versioning: Versioning.parse(
      pick('versioning', 'pinned', ['environment', env.PERENNIAL_VERSIONING], ['stack', stack === null ? null : 'off']),
    ),
    host: pick('host', '127.0.0.1', ['environment', env.PERENNIAL_HOST]),
    token: pick('token', null, ['environment', env.PERENNIAL_TOKEN], ['stack', stack?.token]),
    logLevel: pick('logLevel', 'info', ['environment', env.PERENNIAL_LOG_LEVEL]),
  };
  const before = { artifactsBase: 'default', preview: 'default', ...sources };
  const preview =
    flags.preview === null
      ? null
      : pick('preview', null, ['flag', flags.preview], ['environment', env.PERENNIAL_PREVIEW]);
  if (preview === null) return { settings, sources: Sources.parse(before), stack };
  const servingUrl = pick('servingUrl', null, ['environment', env.PERENNIAL_PREVIEW_SERVING_URL]);
  return {
    settings: intoPreview(settings, preview, servingUrl),
    sources: Sources.parse({ ...sources, ...OWN_SOURCES }),
    stack,
  };
}

/**
 * The settings of a verb that needs the engine.
 *
 * @throws PER_STACK_008 (exit code 3) when neither the environment nor a running stack names both servers.
 */
export function reachableSettings(flags: SettingsFlags): Reachable {
  const resolved = resolveSettings(flags);
  const { settings } = resolved;
  const { temporalAddress, databaseUrl } = settings;
  if (temporalAddress === null || databaseUrl === null) {
    const missing = [temporalAddress === null ? 'Temporal' : null, databaseUrl === null ? 'Postgres' : null].filter(
      (x) => x !== null,
    );
    throw perennialError(
      'PER_STACK_008',
      `${nothingRuns(resolved)} and no address of ${missing.join(' and ')} is set.`,
    );
  }
  return { ...settings, temporalAddress, databaseUrl };
}

/** Says that no stack runs in the state folder, and why it is this one when nobody named it. Without a full stop. */
export function nothingRuns({ settings, sources }: Pick<Resolved, 'settings' | 'sources'>): string {
  const { state } = settings;
  const why = existsSync(state) ? '' : '; it is gone';
  return `No stack runs in ${state}${sources.state === 'stack' ? ` (the folder of the last one started here${why})` : ''}`;
}

/** The state folder of a project where no stack was started yet. */
export function defaultState(project: string): string {
  return join(project, '.perennial', 'main');
}

const source = z.enum(['flag', 'environment', 'stack', 'preview', 'default']);
const Sources = z.object({
  project: source,
  state: source,
  artifacts: source,
  artifactsBase: source,
  preview: source,
  previews: source,
  predictions: source,
  temporalAddress: source,
  temporalNamespace: source,
  databaseUrl: source,
  servingUrl: source,
  versioning: source,
  host: source,
  token: source,
  logLevel: source,
});

function emptyAsMissing(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value !== '') kept[name] = value;
  return kept;
}

function runningStack(state: string): StackFile | null {
  const stack = readStackFile(state);
  return stack !== null && isAlive(stack.supervisor) ? stack : null;
}

/** The nearest folder upwards that holds perennial.config.ts; where there is none, the folder one started in. */
function findProject(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'perennial.config.ts'))) return folder;
    if (dirname(folder) === folder) return from;
  }
}
