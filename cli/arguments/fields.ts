import { z } from 'zod';

/** `--limit`: how many rows a list shows. */
export const Limit = z.coerce.number().int().min(1).max(1_000).default(20);

/** A moment in recorded time: ISO 8601 with an offset or `Z`, a bare date meaning its midnight in UTC. Handed on in UTC. */
export const Moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'give a time like 2026-02-01T00:00:00Z' })
  .transform((text) => new Date(text).toISOString());

/** `--status` of a run, as the records say it. */
export const RunStatus = z.enum([
  'running',
  'completed',
  'failed',
  'cancelled',
  'rejected',
  'terminated',
  'timed-out',
  'vanished',
]);
