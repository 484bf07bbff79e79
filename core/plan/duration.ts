import { perennialError } from '../errors/in-workflows';
import { lengthOf, type UNITS } from '../plan/time';

/** A length of time: `'500ms'`, `'30s'`, `'10m'`, `'2h'`, `'1d'`, or milliseconds. */
export type Duration = number | `${number}${keyof typeof UNITS}`;

/**
 * Milliseconds of a duration.
 *
 * @throws PER_DEF_002 when it is malformed, zero or negative; `what` names the option in the message.
 */
export function milliseconds(duration: Duration, what: string): number {
  const ms = lengthOf(duration);
  if (ms !== null && Number.isSafeInteger(ms) && ms > 0) return ms;
  throw perennialError('PER_DEF_002', `${what} is ${JSON.stringify(duration)}.`);
}
