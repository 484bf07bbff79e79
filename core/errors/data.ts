import type { ErrorRow } from './error';

/** Errors of collect, clean, validate, version, split and the monitors' data. */
export const DATA_ERRORS = {} as const satisfies Record<`PER_DATA_${number}`, ErrorRow>;
