import type { ErrorRow } from './error';

/** Errors found while a step, pipeline or model is being defined, traced or checked. */
export const DEFINE_ERRORS = {} as const satisfies Record<`PER_DEF_${number}`, ErrorRow>;
