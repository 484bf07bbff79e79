import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ZodError } from 'zod';
import { isPerennialError, type PerennialError, perennialError } from '../core/errors';
import { statusOf } from './status';

/** What every refused or failed request is answered with. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly issues?: readonly Issue[] };
}

/** One thing that is wrong with a body. */
interface Issue {
  readonly path: string;
  readonly message: string;
}

/** Codes of Fastify's own errors, as ours. */
const FASTIFY: { readonly [code: string]: PerennialError['code'] } = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'PER_SERVE_003',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'PER_SERVE_018',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'PER_SERVE_002',
  FST_ERR_CTP_INVALID_JSON_BODY: 'PER_SERVE_002',
};

/** Answers an error. What is not meant for the caller (a bug, a lost connection's address) stays in the log. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = asPerennialError(thrown);
  const status = statusOf(error);
  if (status >= 500) request.log.error({ err: thrown, code: error.code }, 'request failed');
  const issues = thrown instanceof ZodError ? { issues: thrown.issues.slice(0, 20).map(issueOf) } : {};
  const body: ErrorBody = { error: { code: error.code, message: error.message, ...issues } };
  void reply.code(status).send(body);
}

function asPerennialError(thrown: unknown): PerennialError {
  if (isPerennialError(thrown)) return thrown;
  if (thrown instanceof ZodError)
    return perennialError('PER_SERVE_001', `${thrown.issues.slice(0, 3).map(describe).join('; ')}.`);
  if (isFastifyError(thrown)) return ofFastify(thrown);
  if (isLostDatabase(thrown)) return perennialError('PER_SERVE_019', 'A query got no answer.', { cause: thrown });
  return perennialError('PER_SERVE_020', 'An unexpected error was raised.', { cause: thrown });
}

function ofFastify(error: FastifyError): PerennialError {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return perennialError('PER_SERVE_003', `${error.message}.`);
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return perennialError('PER_SERVE_018', `${error.message}.`);
  if (FASTIFY[error.code] === 'PER_SERVE_002' || error.name === 'SyntaxError')
    return perennialError('PER_SERVE_002', `${error.message}.`);
  if ((error.statusCode ?? 500) < 500) return perennialError('PER_SERVE_023', `${error.message}.`);
  return perennialError('PER_SERVE_020', 'An unexpected error was raised.', { cause: error });
}

function isFastifyError(value: unknown): value is FastifyError {
  return (
    value instanceof Error && ('statusCode' in value || ('code' in value && String(value.code).startsWith('FST_')))
  );
}

/** Errors of the connection itself: of the socket, of the pool's waiting time, of a server that is starting or stopping. */
function isLostDatabase(value: unknown): boolean {
  if (!(value instanceof Error)) return false;
  const code = 'code' in value ? String(value.code) : '';
  return (
    /^(ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|57P0|08)/.test(code) ||
    /connection t(erminated|imeout)|timeout exceeded when/i.test(value.message)
  );
}

function issueOf(issue: ZodError['issues'][number]): Issue {
  return { path: issue.path.map(String).join('.'), message: issue.message };
}

function describe(issue: ZodError['issues'][number]): string {
  const { path, message } = issueOf(issue);
  return path === '' ? message : `${path}: ${message}`;
}
