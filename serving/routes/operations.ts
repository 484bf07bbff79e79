import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { Flushed } from '../messages';
import type { RouteParts } from './parts';

/** /healthz, /readyz, /metrics and POST /v1/admin/flush. */
export function serveOperations({ app, table, predictions, ask }: RouteParts): void {
  app.get('/healthz', () => ({ status: 'ok' }));

  app.get('/readyz', (_request, reply) => {
    const problems = [
      ...(table.hasReadChampions ? [] : ['the champions have not been read']),
      ...table.withoutVersion.map((model) => `the champion of ${model} could not be loaded`),
      ...(predictions.isWritable ? [] : ['the prediction log cannot be written']),
    ];
    return reply.code(problems.length === 0 ? 200 : 503).send({ ready: problems.length === 0, problems });
  });

  app.get('/metrics', async (_request, reply) => {
    const text = z.string().parse(await ask('metrics'));
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });

  app.post('/v1/admin/flush', async () => {
    const flushed = await ask('flush').catch((error: unknown) => {
      throw perennialError('PER_SERVE_021', 'Closed segments stay where they are and are tried again.', {
        cause: error,
      });
    });
    return Flushed.parse(flushed);
  });
}
