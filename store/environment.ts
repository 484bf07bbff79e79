import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { perennialError } from '../core/errors';

const text = z.string().min(1);

/** What a build may be called: Temporal takes it, a shell needs no quotes for it, and a commit or an image with its tag is one. */
export const BuildName = z
  .string()
  .max(200)
  .regex(/^[a-z0-9][\w.+:@/-]*$/i, 'letters, digits and . _ - + : @ /, of which a letter or a digit comes first');

const Variables = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  TEMPORAL_ADDRESS: text.default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: text.default('default'),
  PERENNIAL_STATE: text.default('.perennial'),
  PERENNIAL_ARTIFACTS: text.optional(),
  PERENNIAL_ARTIFACTS_BASE: text.optional(),
  PERENNIAL_PREDICTIONS: text.optional(),
  PERENNIAL_PREVIEW: text.optional(),
  PERENNIAL_PROJECT: text.default('.'),
  PERENNIAL_BUILD: BuildName.optional(),
  PERENNIAL_VERSIONING: z.enum(['pinned', 'off']).default('pinned'),
  PERENNIAL_HOST: text.default('127.0.0.1'),
  PERENNIAL_TOKEN: text.optional(),
  PERENNIAL_EVENTS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  PERENNIAL_COLLECT_HOSTS: text.optional(),
  PERENNIAL_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** What every process of the engine is told from outside. Folders are absolute. */
export interface Environment {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** The state folder. */
  readonly state: string;
  /** Root of the artifact store. */
  readonly artifacts: string;
  /** Root of production's artifact store, which a preview reads from and never writes to. Null: this is no preview. */
  readonly artifactsBase: string | null;
  /** The preview that the process works for; null: production. */
  readonly preview: string | null;
  /** Root of the prediction log. */
  readonly predictions: string;
  /** Folder of perennial.config.ts. */
  readonly project: string;
  /** Digest of the compiled engine, or `source` where nothing was built. */
  readonly engine: string;
  /** What the build is called by whoever deploys it; null: it is named by what it is made of. */
  readonly build: string | null;
  /** `pinned`: a run stays with workers of the build that it began on. `off`: where there is never more than one, an embedded stack. */
  readonly versioning: 'pinned' | 'off';
  /** Address that HTTP servers bind to. */
  readonly host: string;
  readonly token: string | null;
  /** Where workers of the pool cpu listen for sensors' events; 0: any free port; null: they do not. */
  readonly eventsPort: number | null;
  /** Hosts inside the network that the step collect may ask, as addresses have them, in lower case. */
  readonly collectHosts: readonly string[];
  readonly logLevel: z.infer<typeof Variables>['PERENNIAL_LOG_LEVEL'];
}

/**
 * Parses the environment of this process. Empty variables count as unset.
 *
 * @throws PER_RUN_001 naming each variable that is missing or malformed; values are not repeated, some are secret.
 */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = Variables.safeParse(given);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => `${issue.path.join('.')} (${issue.message})`);
    throw perennialError('PER_RUN_001', `The environment lacks or misspells ${names.join(', ')}.`);
  }
  const v = parsed.data;
  const state = resolve(v.PERENNIAL_STATE);
  return {
    databaseUrl: v.DATABASE_URL,
    temporalAddress: v.TEMPORAL_ADDRESS,
    temporalNamespace: v.TEMPORAL_NAMESPACE,
    state,
    artifacts: resolve(v.PERENNIAL_ARTIFACTS ?? join(state, 'artifacts')),
    artifactsBase: v.PERENNIAL_ARTIFACTS_BASE === undefined ? null : resolve(v.PERENNIAL_ARTIFACTS_BASE),
    preview: v.PERENNIAL_PREVIEW ?? null,
    predictions: resolve(v.PERENNIAL_PREDICTIONS ?? join(state, 'predictions')),
    project: resolve(v.PERENNIAL_PROJECT),
    engine: builtDigest(),
    build: v.PERENNIAL_BUILD ?? null,
    versioning: v.PERENNIAL_VERSIONING,
    host: v.PERENNIAL_HOST,
    token: v.PERENNIAL_TOKEN ?? null,
    eventsPort: v.PERENNIAL_EVENTS_PORT ?? null,
    collectHosts: (v.PERENNIAL_COLLECT_HOSTS ?? '')
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== ''),
    logLevel: v.PERENNIAL_LOG_LEVEL,
  };
}

/** The same environment as variables, for a child process that must see what this process sees. */
export function environmentVariables(environment: Environment): Record<string, string> {
  return {
    DATABASE_URL: environment.databaseUrl,
    TEMPORAL_ADDRESS: environment.temporalAddress,
    TEMPORAL_NAMESPACE: environment.temporalNamespace,
    PERENNIAL_STATE: environment.state,
    PERENNIAL_ARTIFACTS: environment.artifacts,
    PERENNIAL_PREDICTIONS: environment.predictions,
    PERENNIAL_PROJECT: environment.project,
    PERENNIAL_VERSIONING: environment.versioning,
    PERENNIAL_HOST: environment.host,
    PERENNIAL_LOG_LEVEL: environment.logLevel,
    PERENNIAL_COLLECT_HOSTS: environment.collectHosts.join(','),
    ...(environment.build === null ? {} : { PERENNIAL_BUILD: environment.build }),
    ...(environment.eventsPort === null ? {} : { PERENNIAL_EVENTS_PORT: String(environment.eventsPort) }),
    // Empty counts as unset: a child has its parent's variables, too.
    PERENNIAL_ARTIFACTS_BASE: environment.artifactsBase ?? '',
    PERENNIAL_PREVIEW: environment.preview ?? '',
    ...(environment.token === null ? {} : { PERENNIAL_TOKEN: environment.token }),
  };
}

/** What whoever deploys this build calls it (PERENNIAL_BUILD); null: nothing. */
export function readBuild(variables: NodeJS.ProcessEnv = process.env): string | null {
  return variables['PERENNIAL_BUILD'] || null;
}

/** The digest of the engine: the build writes dist/build.json; from the sources there is none, and it is `source`. */
export function builtDigest(): string {
  try {
    const file = readFileSync(join(__dirname, '..', 'build.json'), 'utf8');
    return z.object({ digest: text }).parse(JSON.parse(file)).digest;
  } catch {
    return 'source';
  }
}
