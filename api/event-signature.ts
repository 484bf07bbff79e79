import { createHmac, timingSafeEqual } from 'node:crypto';
import { perennialError } from '../core/errors';

/** How far the sender's clock may be off, s. */
const TOLERANCE = 300;

/** What came with an event. */
export interface Signed {
  /** The headers `perennial-timestamp` and `perennial-signature`; undefined: not sent. */
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: Buffer;
}

/**
 * The signature of an event as its sender makes it.
 *
 * @param timestamp seconds since 1970, as it is sent
 * @example
 * signEvent(secret, '1790000000', Buffer.from('{"id":"a"}')) // 'sha256=' and 64 hexadecimal digits
 */
export function signEvent(secret: string, timestamp: string, body: Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

/**
 * Refuses an event that nobody has signed who has the secret, or not now. Which part of a signature is wrong is not told, nor by how
 * long it takes.
 *
 * @param now ms since 1970
 * @throws PER_RUN_189 not signed, PER_RUN_193 signed too long ago, or in the future
 */
export function checkSignature(secret: string, { timestamp, signature, body }: Signed, now: number): void {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw perennialError('PER_RUN_189', 'The event is not signed.');
  }
  const expected = Buffer.from(signEvent(secret, timestamp, body));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw perennialError('PER_RUN_189', 'The signature is not that of this timestamp and body.');
  }
  const off = Math.round(now / 1_000) - Number(timestamp);
  if (Math.abs(off) <= TOLERANCE) return;
  const said = off > 0 ? `${off} s old` : `${-off} s in the future`;
  throw perennialError('PER_RUN_193', `The event's timestamp is ${said}.`);
}
