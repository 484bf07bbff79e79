import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { causeId } from '../../core/keep/cause-id';
import { checkEvidence } from '../../core/keep/check-evidence';
import { checkEventTime } from '../../core/keep/check-event-time';
import { type Cause, CAUSE_KINDS } from '../../core/keep/event';
import { transaction } from '../../store/db';
import { addCause } from '../../store/keeper/add-cause';
import { eventTimeNow } from '../../store/keeper/event-time-now';
import type { ModelTable } from '../process/model-table';
import { ModelPath, type RouteParts } from './parts';

const Instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const Window = z
  .strictObject({ from: Instant, to: Instant })
  .refine((w) => w.from < w.to, { error: 'a window must end after it begins' });
const Body = z.strictObject({
  kind: z.enum(CAUSE_KINDS),
  evidence: z.json().default({}),
  /** When it happened in the data's time. */
  eventTime: Instant.optional(),
  version: z.int().positive().optional(),
  window: Window.optional(),
});

const Key = z.string().regex(/^[\x21-\x7e]{1,200}$/);
/** What a model may be called (core/define/name.ts). */
const ModelName = z.string().regex(/^[a-z][a-z0-9-]{0,99}$/);

/**
 * POST /v1/models/:name/causes: a reason to retrain, reported from outside. It only reports; the keeper decides. The
 * Idempotency-Key names the report, so that repeating it changes nothing.
 */
export function serveCauses({ app, db, table }: RouteParts): void {
  app.post('/v1/models/:name/causes', async (request, reply) => {
    const { name } = ModelPath.parse(request.params);
    const key = Key.safeParse(request.headers['idempotency-key']);
    if (!key.success) throw perennialError('PER_SERVE_016', 'The cause has no usable key.');
    const { kind, evidence, version, window, eventTime } = Body.parse(request.body);
    const clock = clockOf(table, name, eventTime !== undefined);
    checkEvidence(name, evidence);
    const now = new Date();
    for (const given of [eventTime, window?.to]) if (given !== undefined) checkEventTime({ name, clock }, given, now);
    const cause: Cause = {
      id: causeId({ model: name, kind, source: `api:${key.data}` }),
      kind,
      eventTime: eventTime ?? (await eventTimeNow(db, { name, clock: clock ?? 'wall' }, now)),
      evidence,
      ...(version === undefined ? {} : { version }),
      ...(window === undefined ? {} : { window }),
    };
    const isNew = await transaction(db, (tx) => addCause(tx, name, cause));
    return reply.code(202).send({ id: cause.id, reported: isNew });
  });
}

/**
 * What tells a model's time. A model whose rows carry their own time lives in it: without a time, a cause happens at the
 * newest judged one. Of a model that serves nothing yet the clock is not known here, nor whether the project has it: its
 * first cause must say when, and is taken by name. A keeper whose model the project lacks fails with PER_KEEP_001; the
 * cause waits in the records until the project has it.
 *
 * @returns null when it serves nothing and `isTimed`
 * @throws PER_SERVE_007, PER_SERVE_017 or PER_SERVE_019 when it serves nothing and the cause says no time
 */
function clockOf(table: ModelTable, name: string, isTimed: boolean): 'wall' | 'event' | null {
  const served = table.find(name);
  if (!served && isTimed && ModelName.safeParse(name).success) return null;
  const { signature } = (served ?? table.get(name)).promoted;
  return signature.eventTime === undefined ? 'wall' : 'event';
}
