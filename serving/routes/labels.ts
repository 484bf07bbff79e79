import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { insertLabels } from '../../store/labels';
import { PREDICTION_ID } from '../../store/predictions';
import { ModelPath, type RouteParts } from './parts';

/** Most labels of one request. */
export const MAX_LABELS = 10_000;

const Label = z.strictObject({
  id: z.string(),
  /** Whether the predicted thing happened. */
  label: z.union([z.literal(0), z.literal(1), z.boolean().transform(Number)]),
});
const Body = z.strictObject({ labels: z.array(Label).min(1).max(MAX_LABELS) });

/**
 * POST /v1/models/:name/labels: what became of predictions. The first label of a prediction stands; a repetition is
 * counted, a contradiction is named. A well-formed id that nobody knows is accepted: its record may be on its way.
 */
export function serveLabels({ app, db, table, metrics }: RouteParts): void {
  app.post('/v1/models/:name/labels', async (request, reply) => {
    const { model } = table.get(ModelPath.parse(request.params).name).promoted;
    const { labels } = Body.parse(request.body);
    const malformed = labels.find(({ id }) => !PREDICTION_ID.test(id));
    if (malformed)
      throw perennialError('PER_SERVE_014', `'${malformed.id.slice(0, 100)}' is not the id of a prediction.`);
    const receipt = await insertLabels(db, model, labels);
    metrics.labels.inc({ model, outcome: 'accepted' }, receipt.accepted);
    metrics.labels.inc({ model, outcome: 'duplicate' }, receipt.duplicate);
    metrics.labels.inc({ model, outcome: 'conflicting' }, receipt.conflicting.length);
    return reply.code(202).send(receipt);
  });
}
