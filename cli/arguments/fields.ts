import { z } from 'zod';

/** `--limit`: how many rows a list shows. */
export const Limit = z.coerce.number().int().min(1).max(1_000).default(20);

/** A moment in recorded time: ISO 8601 with an offset or `Z`, a bare date meaning its midnight in UTC. Handed on in UTC. */
export const Moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'give a time like 2026-02-01T00:00:00Z' })
  .transform((text) => new Date(text).toISOString());

/** `--id` of a run: what a shell, an address and a file's name take as it is. */
export const RunId = z
  .string()
  .max(200)
  .regex(/^[a-z0-9][\w.:-]*$/i, 'letters, digits and . _ : -, of which a letter or a digit comes first');

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

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time like `30s`, `10m` or `2h`, handed on in ms. */
export const Length = z.string().transform((text, context) => {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const parsed = z.enum(['ms', 's', 'm', 'h', 'd']).safeParse(unit);
  if (parsed.success && Number(count) > 0) return Number(count) * UNITS[parsed.data];
  context.addIssue('give a length of time like 30s, 10m or 2h');
  return z.NEVER;
});
