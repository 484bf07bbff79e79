import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { causeId } from '../../core/keep/cause-id';
import { type Cause, CAUSE_KINDS } from '../../core/keep/event';
import { transaction } from '../../store/db';
import { addCause } from '../../store/keeper/add-cause';
import { eventTimeNow } from '../../store/keeper/event-time-now';
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

/**
 * POST /v1/models/:name/causes: a reason to retrain, reported from outside. It only reports; the keeper decides. The
 * Idempotency-Key names the report, so that repeating it changes nothing.
 */
export function serveCauses({ app, db, table }: RouteParts): void {
  app.post('/v1/models/:name/causes', async (request, reply) => {
    const { model, signature } = table.get(ModelPath.parse(request.params).name).promoted;
    const key = Key.safeParse(request.headers['idempotency-key']);
    if (!key.success) throw perennialError('PER_SERVE_016', 'The cause has no usable key.');
    const { kind, evidence, version, window, eventTime } = Body.parse(request.body);
    // A model whose rows carry their own time lives in it: without a time, a cause happens at the newest judged one.
    const clock = signature.eventTime === undefined ? 'wall' : 'event';
    const cause: Cause = {
      id: causeId({ model, kind, source: `api:${key.data}` }),
      kind,
      eventTime: eventTime ?? (await eventTimeNow(db, { name: model, clock }, new Date())),
      evidence,
      ...(version === undefined ? {} : { version }),
      ...(window === undefined ? {} : { window }),
    };
    const isNew = await transaction(db, (tx) => addCause(tx, model, cause));
    return reply.code(202).send({ id: cause.id, reported: isNew });
  });
}
