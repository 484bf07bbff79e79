import type { Promoted } from '../process/served-model';
import { Status } from '../messages';
import { ModelPath, type RouteParts } from './parts';

/** GET /v1/models and /v1/models/:name: what is served, by which processes, and what it asks for. */
export function serveModels({ app, table, ask }: RouteParts): void {
  app.get('/v1/models', () => ({ models: table.list().map(({ promoted }) => summaryOf(promoted)) }));

  app.get('/v1/models/:name', async (request) => {
    const { promoted } = table.get(ModelPath.parse(request.params).name);
    const status = Status.parse(await ask('status'));
    const processes = status.map(({ pid, versions }) => ({ pid, version: versions[promoted.model] ?? null }));
    const { inputs, output, eventTime = null } = promoted.signature;
    return { ...summaryOf(promoted), inputs, output, eventTime, processes };
  });
}

function summaryOf({ model, version, seq, promotedAt }: Promoted): object {
  return { model, version, seq, promotedAt };
}
