import type { ErrorRow } from './error';

/** Errors of the keeper, causes, decisions and schedules. */
export const KEEP_ERRORS = {} as const satisfies Record<`PER_KEEP_${number}`, ErrorRow>;
