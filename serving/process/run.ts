import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import { createApplication } from '../../api';
import { diskArtifacts } from '../../store/artifacts';
import { openDb } from '../../store/db';
import { refuseMixedRecords } from '../../store/previews/refuse-mixed';
import type { Environment } from '../../store/environment';
import { listenForChampions } from '../../store/listen';
import { claimFolder, PredictionLog, touchFolder } from '../../store/predictions/log';
import { serveRoutes } from '../routes';
import { SupervisorLink } from './link';
import { createMetrics, type Metrics } from './metrics';
import { ModelTable } from './model-table';
import { Pulse } from './pulse';

const REREAD_MS = 5_000;
const TOUCH_MS = 5_000;
const END_WITHIN_MS = 10_000;
const SEGMENT_ROWS = 5_000;
const SEGMENT_IDLE_MS = 1_000;

/** What a server process is told by its supervisor. */
export interface ProcessOptions {
  readonly environment: Environment;
  /** Its server id; also the name of its folder in the prediction log. */
  readonly server: string;
  readonly port: number;
  readonly log: FastifyBaseLogger;
}

/** Runs one server process: loads the champions, answers requests, keeps a log of what it answered, until told to end. */
export async function runProcess({ environment, server, port, log }: ProcessOptions): Promise<void> {
  /** What to end, in the order of beginning. */
  const endings: (() => unknown)[] = [];
  const metrics = createMetrics();
  const db = openDb(environment.databaseUrl, {
    max: 4,
    // They may have been away when serving began.
    admit: (client) => refuseMixedRecords(client, environment),
  });
  const folder = join(environment.predictions, server);
  const predictions = new PredictionLog({
    folder,
    server,
    maxRows: SEGMENT_ROWS,
    idleMs: SEGMENT_IDLE_MS,
    onClosed: () => void link.tell({ type: 'segment-closed' }),
    onError: (error) => {
      log.error({ err: error }, 'the prediction log cannot be written');
    },
  });
  const link = new SupervisorLink({
    // An undefined value would not survive the way to the supervisor.
    'close-segments': () => predictions.closeAll().then(() => true),
    metrics: () => metrics.registry.getMetricsAsJSON(),
    end: () => void endProcess(endings),
  });
  const pulse: Pulse = new Pulse(link, () => table);
  const table: ModelTable = new ModelTable({
    db,
    artifacts: diskArtifacts(db, environment.artifacts, environment.artifactsBase),
    log,
    metrics,
    onLoading: (isLoading) => pulse.loading(isLoading),
  });
  endings.push(
    () => {
      pulse.end();
    },
    () => db.end(),
  );
  const reread = (): void => {
    table.refresh().catch((error: unknown) => {
      log.warn({ err: error }, 'the champions could not be read');
    });
  };

  const app = createApplication({ host: environment.host, token: environment.token, log });
  observe(app, metrics, pulse);
  serveRoutes({ app, db, table, predictions, metrics, ask: (what) => link.ask(what) });

  await predictions.start();
  await claimFolder(folder);
  const touching = setInterval(() => void touchFolder(folder), TOUCH_MS);
  endings.push(
    () => predictions.end(),
    () => {
      clearInterval(touching);
    },
  );
  await table.refresh().catch((error: unknown) => {
    log.warn({ err: error }, 'the champions could not be read; serving starts without them');
  });
  endings.push(
    listenForChampions(environment.databaseUrl, {
      onHint: reread,
      onError: (error) => {
        log.warn({ err: error }, 'the connection that listens for promotions is lost');
      },
    }),
  );
  const rereading = setInterval(reread, REREAD_MS);
  endings.push(
    () => {
      clearInterval(rereading);
    },
    () => app.close(),
  );
  await app.listen({ host: environment.host, port });
  await link.tell({ type: 'ready' });
}

let isEnding = false;

/** Ends what began, the latest first: requests are answered, then logged predictions are closed, then connections. */
async function endProcess(endings: readonly (() => unknown)[]): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  setTimeout(() => process.exit(1), END_WITHIN_MS).unref();
  for (const end of [...endings].reverse()) await end();
  process.exit(0);
}

/** Counts and times every request, whatever becomes of it. */
function observe(app: ReturnType<typeof createApplication>, metrics: Metrics, pulse: Pulse): void {
  app.addHook('onRequest', (_request, reply, done) => {
    pulse.enter();
    // Comes once however the request ends, also when its client has gone.
    reply.raw.once('close', () => {
      pulse.leave();
    });
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.requests.inc({ route, status: reply.statusCode });
    metrics.seconds.observe({ route }, reply.elapsedTime / 1_000);
    done();
  });
}
