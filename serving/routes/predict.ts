import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { ServedModel } from '../process/served-model';
import { readRows } from '../read-rows';
import { ModelPath, type RouteParts } from './parts';

const Body = z.strictObject({
  rows: z.array(z.unknown()),
  /** Refuse to answer what cannot be logged. */
  durable: z.boolean().default(false),
});

interface Answer {
  readonly model: string;
  readonly version: number;
  readonly logged: boolean;
  readonly predictions: readonly { readonly id: string; readonly probability: number }[];
}

/** POST /v1/models/:name/predict: a probability a row, each with the id under which it was logged before the answer. */
export function servePredict(parts: RouteParts): void {
  parts.app.post('/v1/models/:name/predict', async (request): Promise<Answer> => {
    const served = parts.table.get(ModelPath.parse(request.params).name);
    const { rows, durable } = Body.parse(request.body);
    return served.hold(() => predict(parts, served, rows, durable));
  });
}

async function predict(
  { predictions, metrics }: RouteParts,
  served: ServedModel,
  given: readonly unknown[],
  durable: boolean,
): Promise<Answer> {
  const { model, version, signature } = served.promoted;
  const { rows, events, withoutEventTime } = readRows(signature, given, new Date().toISOString());
  const started = performance.now();
  const probabilities = await served.run(rows);
  metrics.runSeconds.observe({ model }, (performance.now() - started) / 1_000);
  const lines = rows.map((row, i) => ({ event: events[i] ?? '', version, p: probabilities[i] ?? NaN, row }));
  const { ids, logged } = await predictions.append(model, lines);
  if (!logged) metrics.unlogged.inc({ model }, rows.length);
  if (!logged && durable)
    throw perennialError('PER_SERVE_013', `${rows.length} predictions of ${model} were not logged.`);
  metrics.predictions.inc({ model, version }, rows.length);
  metrics.withoutEventTime.inc({ model }, withoutEventTime);
  return { model, version, logged, predictions: ids.map((id, i) => ({ id, probability: probabilities[i] ?? NaN })) };
}
