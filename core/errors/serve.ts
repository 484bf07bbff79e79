import type { ErrorRow } from './error';

/** Errors of the prediction API and the prediction log. The HTTP status of each is in api/status.ts. */
export const SERVE_ERRORS = {
  PER_SERVE_001: {
    fault: 'user',
    retryable: false,
    title: 'The request body has not the right shape',
    fix: 'Send what docs/API.md shows for this route.',
  },
  PER_SERVE_002: {
    fault: 'user',
    retryable: false,
    title: 'The request body is not JSON',
    fix: 'Send well-formed JSON (no NaN, no trailing comma).',
  },
  PER_SERVE_003: {
    fault: 'user',
    retryable: false,
    title: 'The request body is too large',
    fix: 'Send fewer rows at a time.',
  },
  PER_SERVE_004: { fault: 'user', retryable: false, title: 'No such route', fix: 'Check the method and the path.' },
  PER_SERVE_005: {
    fault: 'user',
    retryable: false,
    title: 'The bearer token is missing or wrong',
    fix: 'Send the header Authorization: Bearer <token>.',
  },
  PER_SERVE_006: {
    fault: 'user',
    retryable: false,
    title: 'The request comes from another site',
    fix: 'Call the server by its own address, without a foreign Host or Origin header.',
  },
  PER_SERVE_007: {
    fault: 'user',
    retryable: false,
    title: 'The model has no champion',
    fix: 'Check the name; a model serves once a version of it has been promoted. A cause for its first version needs `eventTime`.',
  },
  PER_SERVE_008: {
    fault: 'user',
    retryable: false,
    title: 'A feature is missing',
    fix: 'Give every feature by name; null says that its value is missing.',
  },
  PER_SERVE_009: {
    fault: 'user',
    retryable: false,
    title: 'A feature is unknown',
    fix: 'Send only the features of GET /v1/models/<name>.',
  },
  PER_SERVE_010: {
    fault: 'user',
    retryable: false,
    title: 'A feature has not the right type',
    fix: 'Numbers must be finite, timestamps ISO 8601 text or epoch milliseconds; null says that a value is missing.',
  },
  PER_SERVE_011: { fault: 'user', retryable: false, title: 'Too many rows', fix: 'Send at most 1,000 rows a request.' },
  PER_SERVE_012: { fault: 'user', retryable: false, title: 'No rows', fix: 'Send at least one row.' },
  PER_SERVE_013: {
    fault: 'engine',
    retryable: true,
    title: 'The prediction could not be logged',
    fix: 'Free space under the predictions folder, or ask without durable.',
  },
  PER_SERVE_014: {
    fault: 'user',
    retryable: false,
    title: 'A prediction id is malformed',
    fix: 'Send the id as the prediction was answered with it.',
  },
  PER_SERVE_015: {
    fault: 'user',
    retryable: false,
    title: 'Serving off loopback needs a token',
    fix: 'Set PERENNIAL_TOKEN, or PERENNIAL_HOST=127.0.0.1.',
  },
  PER_SERVE_016: {
    fault: 'user',
    retryable: false,
    title: 'The Idempotency-Key header is missing or malformed',
    fix: 'Send Idempotency-Key: 1 to 200 printable characters, the same on every repetition of the same report.',
  },
  PER_SERVE_017: {
    fault: 'engine',
    retryable: true,
    title: 'The champion could not be loaded',
    fix: 'Check that its artifact is in the artifact store and unchanged; serving tries again every 5 seconds.',
  },
  PER_SERVE_018: {
    fault: 'user',
    retryable: false,
    title: 'The content type is not served',
    fix: 'Send Content-Type: application/json.',
  },
  PER_SERVE_019: {
    fault: 'engine',
    retryable: true,
    title: 'The database is not reachable',
    fix: 'Try again; check DATABASE_URL and the server it names.',
  },
  PER_SERVE_020: {
    fault: 'engine',
    retryable: false,
    title: 'The server failed',
    fix: 'Look for the request id in the log of serving.',
  },
  PER_SERVE_021: {
    fault: 'engine',
    retryable: true,
    title: 'The segments could not be closed and uploaded',
    fix: 'Try again; check the artifact store and the database.',
  },
  PER_SERVE_022: {
    fault: 'user',
    retryable: false,
    title: 'A stored signature is not one that can be served',
    fix: 'Register the model version again.',
  },
  PER_SERVE_023: {
    fault: 'user',
    retryable: false,
    title: 'The request is malformed',
    fix: 'Check the request against docs/API.md.',
  },
} as const satisfies Record<`PER_SERVE_${number}`, ErrorRow>;
