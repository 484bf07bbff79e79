import type { ErrorRow } from './error';

/** Errors of the interpreter, run-step, claims, cache and the client. */
export const RUN_ERRORS = {} as const satisfies Record<`PER_RUN_${number}`, ErrorRow>;
