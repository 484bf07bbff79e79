import { DEFINE_ERRORS } from './define';
import { raising } from './error';
import { INTERPRET_ERRORS } from './interpret';
import { RUN_ERRORS } from './run';

export { isPerennialError, type PerennialError } from './error';

/**
 * `perennialError` for the code that users' own workflows bundle: of the tables it raises from, and no other. Each row of an
 * error table that this file brings travels in the bundle of every user of `perennial-ml/workflow`.
 */
export const perennialError = raising({ ...DEFINE_ERRORS, ...INTERPRET_ERRORS, ...RUN_ERRORS });
