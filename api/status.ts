import type { PerennialError } from '../core/errors';

/** HTTP status by error code. A code that is not here is the user's 422 or the engine's 500. */
const STATUS: { readonly [code: string]: number } = {
  PER_SERVE_001: 400,
  PER_SERVE_002: 400,
  PER_SERVE_003: 413,
  PER_SERVE_004: 404,
  PER_SERVE_005: 401,
  PER_SERVE_006: 403,
  PER_SERVE_007: 404,
  PER_SERVE_008: 422,
  PER_SERVE_009: 422,
  PER_SERVE_010: 422,
  PER_SERVE_011: 422,
  PER_SERVE_012: 422,
  PER_SERVE_013: 503,
  PER_SERVE_014: 400,
  PER_SERVE_016: 400,
  PER_SERVE_017: 503,
  PER_SERVE_018: 415,
  PER_SERVE_019: 503,
  PER_SERVE_020: 500,
  PER_SERVE_021: 503,
  PER_SERVE_023: 400,
  PER_RUN_189: 401,
  PER_RUN_190: 404,
  PER_RUN_191: 409,
  PER_RUN_193: 401,
  PER_RUN_199: 405,
};

/** The HTTP status that an error is answered with. */
export function statusOf(error: PerennialError): number {
  return STATUS[error.code] ?? (error.fault === 'user' ? 422 : 500);
}
