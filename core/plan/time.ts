import type { Json } from './json';

/** Milliseconds of the units that a length of time is written in, the longest last. */
export const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of the longest wait: a year, with the day more that some years have. */
export const MAX_WAIT = 366 * UNITS.d;

/** What a wait gives. */
export interface Waited {
  /** The moment that was waited for: ISO 8601, UTC. */
  readonly until: string;
}

/** Milliseconds of a length of time, `'2h'` or a number of them; null: it is none. */
export function lengthOf(value: Json): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  const match = typeof value === 'string' ? /^(\d+)(ms|s|m|h|d)$/.exec(value) : null;
  const unit = match?.[2];
  return isUnit(unit) ? Number(match?.[1]) * UNITS[unit] : null;
}

function isUnit(text: string | undefined): text is keyof typeof UNITS {
  return text !== undefined && text in UNITS;
}

/** A length as it would be written: `2h`, `90s`. */
export function lengthText(ms: number): string {
  const fits = Object.entries(UNITS).filter(([, unit]) => ms >= unit && ms % unit === 0);
  const [name, unit] = fits.at(-1) ?? ['ms', 1];
  return `${ms / unit}${name}`;
}

/** Seconds may be left out and have fractions; the zone may not: without it the moment would be another one elsewhere. */
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Most milliseconds before and after 1970 that a date can have. */
const MAX_DATE = 8.64e15;

/** Milliseconds since 1970 of a moment: ISO 8601 with its zone, or the number itself; null: it is none. */
export function momentOf(value: Json): number | null {
  if (typeof value === 'number') return Math.abs(value) <= MAX_DATE ? Math.ceil(value) : null;
  const match = typeof value === 'string' ? MOMENT.exec(value) : null;
  if (!match) return null;
  const [text, year, month, day] = match;
  // Date.parse takes the 30th of February for the 2nd of March.
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const ms = Number(day) >= 1 && Number(day) <= last ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? null : ms;
}
