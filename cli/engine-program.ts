import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { perennialError } from '../core/errors';
import { USERS_FAULT } from '../workers/end-of-program';
import { builtFile } from '../workers/package-root';
import { EXIT } from './exit-codes';
import type { ExitCode } from './exit-codes';
import { reachableSettings, type SettingsFlags } from './settings';

/**
 * Runs one of the engine's programs in the foreground with the settings as its environment. Its ready line and logs are
 * passed through; signals are passed on; its end is ours.
 *
 * @param program below dist/: `workers/main.js`
 */
export async function runEngineProgram(
  program: string,
  args: readonly string[],
  flags: SettingsFlags,
  extra: Readonly<Record<string, string>> = {},
): Promise<ExitCode> {
  const settings = reachableSettings(flags);
  const path = builtFile(program);
  if (!existsSync(path)) throw perennialError('PER_STACK_012', `${path} is missing.`);
  // With this process the other end of its stdin closes, however this one ends: then the program ends too.
  const child = spawn(
    process.execPath,
    ['--require', builtFile('workers/embedded/end-with-supervisor.js'), path, ...args],
    {
      stdio: ['pipe', 'inherit', 'inherit'],
      // Ctrl-C reaches a whole group, and what is passed on would be a second one: a group of its own hears of one.
      detached: true,
      env: {
        ...process.env,
        DATABASE_URL: settings.databaseUrl,
        TEMPORAL_ADDRESS: settings.temporalAddress,
        TEMPORAL_NAMESPACE: settings.temporalNamespace,
        PERENNIAL_STATE: settings.state,
        PERENNIAL_ARTIFACTS: settings.artifacts,
        // Empty counts as unset.
        PERENNIAL_ARTIFACTS_BASE: settings.artifactsBase ?? '',
        PERENNIAL_PREVIEW: settings.preview ?? '',
        PERENNIAL_PREDICTIONS: settings.predictions,
        PERENNIAL_PROJECT: settings.project,
        PERENNIAL_VERSIONING: settings.versioning,
        // What is sent to production's port is production's.
        ...(settings.preview === null
          ? {}
          : { PERENNIAL_EVENTS_PORT: process.env['PERENNIAL_PREVIEW_EVENTS_PORT'] ?? '' }),
        ...(settings.token === null ? {} : { PERENNIAL_TOKEN: settings.token }),
        ...extra,
      },
    },
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(exitOf(code));
    });
  });
}

/** What the end of a program is for the verb that ran it; null: a signal ended it. */
export function exitOf(code: number | null): ExitCode {
  if (code === 0) return EXIT.done;
  return code === USERS_FAULT ? EXIT.usage : EXIT.failed;
}
