import { z } from 'zod';
import { isPerennialError, perennialError, type PerennialError } from '../../../core/errors';
import { stalled } from '../growing-file';

/** What was asked for, for messages. */
export interface Asked {
  readonly bucket: string;
  /** Null: the bucket's list. */
  readonly key: string | null;
  readonly region: string;
  /** How long was waited, ms. */
  readonly stall: number;
}

/** What the SDK throws: its own errors, S3's answers, and those of the connection with what it adds. */
const Failure = z.object({
  name: z.string().catch('Error'),
  /** Of the connection. */
  code: z.string().optional().catch(undefined),
  $metadata: z.object({ httpStatusCode: z.int().optional() }).optional().catch(undefined),
  $response: z
    .object({ headers: z.record(z.string(), z.unknown()) })
    .optional()
    .catch(undefined),
  Region: z.string().optional().catch(undefined),
});

/** What S3 says of a key pair, or of one that is missing, that does not open what was asked for. */
const NO_ACCESS: readonly string[] = [
  'AccessDenied',
  'AccountProblem',
  'AllAccessDisabled',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidSecurity',
  'InvalidToken',
  'NotSignedUp',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnauthorizedAccess',
];
const ELSEWHERE: readonly string[] = ['PermanentRedirect', 'TemporaryRedirect', 'IllegalLocationConstraintException'];
const OFF: readonly string[] = ['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'];
const BUSY: readonly string[] = ['SlowDown', 'RequestTimeout', 'Throttling', 'ThrottlingException', 'OperationAborted'];

/** The status that an answer had; null: there was no answer. */
export function statusOf(error: unknown): number | null {
  const failure = Failure.safeParse(error);
  return failure.success ? (failure.data.$metadata?.httpStatusCode ?? null) : null;
}

/** The name of what is asked for: `s3://bucket/key`. */
export function nameOf({ bucket, key }: Pick<Asked, 'bucket' | 'key'>): string {
  return `s3://${bucket}/${key ?? ''}`;
}

/**
 * Says in the engine's words what asking S3 came to. Of what S3 says only its code is told: its sentence may repeat what was
 * sent.
 *
 * @returns PER_DATA_035, PER_DATA_047 to PER_DATA_052, PER_DATA_054, PER_DATA_055, or the engine's error that it was already
 */
export function refusalOf(error: unknown, asked: Asked): PerennialError {
  if (isPerennialError(error)) return error;
  const name = nameOf(asked);
  const failure = Failure.catch({ name: 'Error' }).parse(error);
  const status = failure.$metadata?.httpStatusCode;
  const from = { cause: error };
  if (failure.name === 'CredentialsProviderError') {
    return perennialError('PER_DATA_050', `${name} cannot be asked for with the worker's own credentials.`, from);
  }
  if (status === undefined) {
    // The SDK calls a connection that broke a time-out, too: by its code they differ.
    if (failure.name === 'TimeoutError' && (failure.code ?? 'ETIMEDOUT') === 'ETIMEDOUT') {
      return stalled(name, asked.stall);
    }
    return perennialError('PER_DATA_052', `${name} cannot be reached: ${failure.code ?? failure.name}.`, from);
  }
  const said = spoken(failure.name);
  const answers = `answers with ${said ?? 'no code that S3 has'} (${status})`;
  if (said === 'NoSuchBucket') {
    return perennialError('PER_DATA_047', `There is no bucket ${asked.bucket}.`, from);
  }
  if (OFF.includes(said ?? '')) {
    return perennialError('PER_DATA_054', `The request for ${name} was signed at another time: S3 ${answers}.`, from);
  }
  const region = regionOf(failure);
  if (ELSEWHERE.includes(said ?? '') || (status >= 300 && status < 400) || (region ?? asked.region) !== asked.region) {
    const where = region === undefined ? 'elsewhere' : `in ${region}`;
    return perennialError('PER_DATA_051', `The bucket ${asked.bucket} lies ${where}, not in ${asked.region}.`, from);
  }
  if (status >= 500 || status === 429 || BUSY.includes(said ?? '')) {
    return perennialError('PER_DATA_052', `S3 ${answers} when asked for ${name}.`, from);
  }
  if (NO_ACCESS.includes(said ?? '') || status === 401 || (status === 403 && said === undefined)) {
    return perennialError('PER_DATA_049', `S3 ${answers} when asked for ${name}.`, from);
  }
  if (asked.key !== null && (said === 'NoSuchKey' || (status === 404 && said === undefined))) {
    return perennialError('PER_DATA_048', `There is no object ${name}.`, from);
  }
  return perennialError('PER_DATA_055', `What is asked for ${name} ${answers}.`, from);
}

/** S3's own code, if it is one; what the SDK calls an answer without one is none. */
function spoken(name: string): string | undefined {
  return /^[A-Z][A-Za-z0-9.]{2,60}$/.test(name) && !['Error', 'Unknown', 'UnknownError', 'NotFound'].includes(name)
    ? name
    : undefined;
}

/** Where the answer says that the bucket lies. */
function regionOf({ Region, $response }: z.infer<typeof Failure>): string | undefined {
  const told = Region ?? $response?.headers['x-amz-bucket-region'];
  return typeof told === 'string' && /^[a-z0-9-]{1,40}$/.test(told) ? told : undefined;
}
