import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';
import { causeId } from '../core/keep/cause-id';
import { checkEvidence } from '../core/keep/check-evidence';
import { checkEventTime } from '../core/keep/check-event-time';
import { CAUSE_KINDS, type Cause } from '../core/keep/event';
import { perennialError } from '../core/errors';
import { isKeepable } from '../core/plan/storable';
import { transaction } from '../store/db';
import { addCause } from '../store/keeper/add-cause';
import { eventTimeNow } from '../store/keeper/event-time-now';

const Report = z.object({
  kind: z.enum(CAUSE_KINDS),
  version: z.int().positive().optional(),
  window: z
    .object({ from: z.iso.datetime({ precision: 3 }), to: z.iso.datetime({ precision: 3 }) })
    .refine((w) => w.from < w.to, 'a window must end after it begins')
    .optional(),
  eventTime: z.iso.datetime({ precision: 3 }).optional(),
  evidence: z.json().default(null),
  idempotencyKey: z
    .string()
    .min(1)
    .max(200)
    .refine(isKeepable, 'a key has neither NUL nor half of a surrogate pair')
    .optional(),
});

/** What someone reports. `eventTime` may be left out: the model's own clock then tells it. */
export type CauseReport = z.input<typeof Report>;

/** Of the model, as its definition says it. */
export interface ReportedModel {
  readonly name: string;
  readonly clock: 'wall' | 'event';
}

/**
 * Reports a cause to a model's keeper. It is written to the records and its outbox in one transaction, so it is not lost
 * while Temporal is down. With the same `idempotencyKey` the same report is one cause.
 *
 * @returns the cause's id and event time, and whether it was new
 * @throws PER_KEEP_007 for a malformed report, PER_KEEP_002 when no event time can be told, PER_KEEP_009 for the future
 */
export async function reportCause(
  connection: { readonly db: Pool },
  model: ReportedModel,
  report: CauseReport,
): Promise<{ readonly id: string; readonly eventTime: string; readonly added: boolean }> {
  const parsed = Report.safeParse(report);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw perennialError('PER_KEEP_007', `The cause for ${model.name} was refused (${issues.join('; ')}).`);
  }
  const { kind, version, window, evidence } = parsed.data;
  checkEvidence(model.name, evidence);
  const now = new Date();
  for (const given of [parsed.data.eventTime, window?.to]) if (given !== undefined) checkEventTime(model, given, now);
  const eventTime = parsed.data.eventTime ?? window?.to ?? (await eventTimeNow(connection.db, model, now));
  const source = parsed.data.idempotencyKey ?? randomUUID();
  const about = { ...(version === undefined ? {} : { version }), ...(window === undefined ? {} : { window }) };
  const cause: Cause = { id: causeId({ model: model.name, kind, source }), kind, eventTime, evidence, ...about };
  const added = await transaction(connection.db, (tx) => addCause(tx, model.name, cause));
  return { id: cause.id, eventTime, added };
}
