import { perennialError } from '../errors';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time: `'500ms'`, `'30s'`, `'10m'`, `'2h'`, `'1d'`, or milliseconds. */
export type Duration = number | `${number}${keyof typeof UNITS}`;

/**
 * Milliseconds of a duration.
 *
 * @throws PER_DEF_002 when it is malformed, zero or negative; `what` names the option in the message.
 */
export function milliseconds(duration: Duration, what: string): number {
  const ms = typeof duration === 'number' ? duration : parse(duration);
  if (Number.isSafeInteger(ms) && ms > 0) return ms;
  throw perennialError('PER_DEF_002', `${what} is ${JSON.stringify(duration)}.`);
}

function parse(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  const unit = match?.[2];
  return isUnit(unit) ? Number(match?.[1]) * UNITS[unit] : NaN;
}

function isUnit(text: string | undefined): text is keyof typeof UNITS {
  return text !== undefined && text in UNITS;
}
