import type { ErrorRow } from './error';

/** Errors of the interpreter, run-step, claims, cache and the client. */
export const RUN_ERRORS = {
  PER_RUN_001: {
    fault: 'user',
    retryable: false,
    title: 'The environment of a process is incomplete',
    fix: 'Set the variables that are named; docs/OPERATIONS.md lists all of them.',
  },
  PER_RUN_002: {
    fault: 'engine',
    retryable: false,
    title: 'An artifact is missing',
    fix: 'Check that every process has the same artifact store (PERENNIAL_ARTIFACTS), or restore the file from a backup.',
  },
  PER_RUN_003: {
    fault: 'engine',
    retryable: false,
    title: 'An artifact is corrupt',
    fix: 'Restore the file from a backup, or remove it and run the step that made it again without the cache.',
  },
  PER_RUN_004: {
    fault: 'user',
    retryable: false,
    title: 'A step refused its input',
    fix: "Compare the pipeline's wiring and config with the step's input contract.",
  },
  PER_RUN_005: {
    fault: 'user',
    retryable: false,
    title: "A step's output breaks its contract",
    fix: "Make the step's code return what its output contract says.",
  },
  PER_RUN_006: {
    fault: 'user',
    retryable: false,
    title: "A step's output is too large",
    fix: 'Put large values into the artifact store and return the digest.',
  },
  PER_RUN_007: {
    fault: 'user',
    retryable: false,
    title: "A step's output has no JSON form",
    fix: 'Return finite numbers, text without NUL characters, booleans, null, lists and plain objects only.',
  },
  PER_RUN_008: {
    fault: 'engine',
    retryable: true,
    title: 'An execution was overtaken',
    fix: 'Nothing to do: a newer execution of the same node holds the fence.',
  },
  PER_RUN_009: {
    fault: 'engine',
    retryable: true,
    title: 'The records could not be read or written',
    fix: 'Check that Postgres is up and that DATABASE_URL reaches it (`perennial doctor`).',
  },
  PER_RUN_010: {
    fault: 'user',
    retryable: false,
    title: 'A worker has no code for a step',
    fix: "Add an `implement` of the step to the pool's entry in perennial.config.ts and restart the worker.",
  },
  PER_RUN_011: {
    fault: 'engine',
    retryable: true,
    title: 'The child process of a step died',
    fix: 'See the log lines of the execution; killed by signal 9 often means that memory ran out.',
  },
  PER_RUN_012: {
    fault: 'user',
    retryable: false,
    title: 'Unknown pipeline',
    fix: 'Name one of the pipelines of perennial.config.ts, or restart the workers after adding it there.',
  },
  PER_RUN_013: {
    fault: 'user',
    retryable: false,
    title: 'A config was refused',
    fix: "Correct the config; `perennial plan <pipeline> --json` prints the config's schema.",
  },
  PER_RUN_014: {
    fault: 'user',
    retryable: false,
    title: 'Unknown plan',
    fix: "Start the run with the plan 'current', or with the hash of a plan that a run of this database used.",
  },
  PER_RUN_015: {
    fault: 'user',
    retryable: false,
    title: 'A run id is taken',
    fix: 'Choose another run id; one id belongs to one plan and one config.',
  },
  PER_RUN_016: {
    fault: 'user',
    retryable: false,
    title: 'An answer was refused',
    fix: 'Send an answer of the form that the approval asks for.',
  },
  PER_RUN_017: {
    fault: 'user',
    retryable: false,
    title: 'A step used what its mode does not offer',
    fix: 'An isolated step has no transaction of its own: return the value and let a following step record it.',
  },
  PER_RUN_018: {
    fault: 'engine',
    retryable: false,
    title: 'The migrations could not be applied',
    fix: 'Check that this version of Perennial belongs to this database; migrations are never edited after release.',
  },
  PER_RUN_019: {
    fault: 'user',
    retryable: true,
    title: 'A step took too long',
    fix: "Raise the step's timeout, or give it less to do at once.",
  },
  PER_RUN_020: {
    fault: 'engine',
    retryable: false,
    title: 'A call of the engine has the wrong form',
    fix: 'Workers and workflows of different versions meet on one task queue: stop the workers of one of them.',
  },
} as const satisfies Record<`PER_RUN_${number}`, ErrorRow>;
