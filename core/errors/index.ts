import { DATA_ERRORS } from './data';
import { DEFINE_ERRORS } from './define';
import { type PerennialError, raising } from './error';
import { INTERPRET_ERRORS } from './interpret';
import { KEEP_ERRORS } from './keep';
import { MODEL_ERRORS } from './model';
import { OPERATE_ERRORS } from './operate';
import { RUN_ERRORS } from './run';
import { SERVE_ERRORS } from './serve';
import { STACK_ERRORS } from './stack';

export { isPerennialError, PerennialError } from './error';
export type { ErrorRow, Fault } from './error';

/** Every error the engine can raise, by its stable code. */
export const ERRORS = {
  ...DEFINE_ERRORS,
  ...RUN_ERRORS,
  ...OPERATE_ERRORS,
  ...INTERPRET_ERRORS,
  ...DATA_ERRORS,
  ...MODEL_ERRORS,
  ...SERVE_ERRORS,
  ...STACK_ERRORS,
  ...KEEP_ERRORS,
} as const;

/** A code of the table. */
export type ErrorCode = keyof typeof ERRORS;

/**
 * Makes the error of a code. The fix of the table row is appended to `detail`.
 *
 * @param detail what happened, naming the thing: "column 'origin' is missing from flights.parquet."
 */
export const perennialError: (code: ErrorCode, detail: string, options?: { cause?: unknown }) => PerennialError =
  raising(ERRORS);
