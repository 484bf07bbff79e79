import type { ErrorRow } from './error';

/** Errors of the prediction API and the prediction log. */
export const SERVE_ERRORS = {} as const satisfies Record<`PER_SERVE_${number}`, ErrorRow>;
