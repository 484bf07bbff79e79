import { perennialError } from '../errors';

/** A schedule in the five fields of cron, in a time zone. */
export interface Cron {
  readonly kind: 'cron';
  readonly expression: string;
  /** An IANA name. Default `UTC`. */
  readonly timezone: string;
}

/**
 * A schedule.
 *
 * @throws PER_DEF_007
 * @example
 * cron('0 2 * * *', { timezone: 'Europe/Berlin' }) // every night at two
 */
export function cron(expression: string, options: { readonly timezone?: string } = {}): Cron {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5 || !fields.every((field) => /^[0-9A-Za-z*,/-]+$/.test(field))) {
    throw perennialError('PER_DEF_007', `The schedule ${JSON.stringify(expression)} is malformed.`);
  }
  return Object.freeze({ kind: 'cron', expression: fields.join(' '), timezone: options.timezone ?? 'UTC' });
}
