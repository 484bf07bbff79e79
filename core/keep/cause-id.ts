import type { CauseKind, TimeWindow } from './event';

/**
 * The id of a cause, from what is reported: `flight-delays/drift/psi/v3/2001-03-01T00:00:00.000Z..2001-03-08T00:00:00.000Z`.
 * The same report told twice (a retried step, a second process) has the same id and is one row.
 *
 * @param parts `source` says who reports: the monitor's name, the schedule's tick, a request's idempotency key.
 */
export function causeId(parts: {
  readonly model: string;
  readonly kind: CauseKind;
  readonly source: string;
  readonly version?: number;
  readonly window?: TimeWindow;
  /** Of a verdict that was judged again with more labels; the first one needs none. */
  readonly revision?: number;
}): string {
  const words = [parts.model, parts.kind, parts.source];
  if (parts.version !== undefined) words.push(`v${parts.version}`);
  if (parts.window !== undefined) words.push(`${parts.window.from}..${parts.window.to}`);
  if (parts.revision !== undefined && parts.revision > 1) words.push(`r${parts.revision}`);
  return words.join('/');
}
