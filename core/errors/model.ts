import type { ErrorRow } from './error';

/** Errors of features, trainers, evaluation, the registry and admission. */
export const MODEL_ERRORS = {} as const satisfies Record<`PER_MODEL_${number}`, ErrorRow>;
