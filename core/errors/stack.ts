import type { ErrorRow } from './error';

/** Errors of the embedded stack, workers, configuration and the CLI. */
export const STACK_ERRORS = {} as const satisfies Record<`PER_STACK_${number}`, ErrorRow>;
