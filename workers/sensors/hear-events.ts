import { createApplication, type HeardSensor, serveSensorEvents } from '../../api';
import { perennialError } from '../../core/errors';
import { declareSensor } from '../../store/sensors/declare-sensor';
import { noteLook } from '../../store/sensors/note-look';
import { repeat } from '../repeat';
import type { Service } from '../services';
import { hearsAlready, pathOf, urlOf } from './port-holder';
import type { SensorDependencies } from './start-sensors';

/** ms between two words that somebody listens; also after which a port that was taken is tried again. */
const INTERVAL = 5_000;
/** So often in a row a port is taken by somebody else before it is told: a worker may be about to end. */
const LOOKS = 2;

type Application = ReturnType<typeof createApplication>;

/** A try to have the port: what listens, or why nothing does; null: a worker that hears the same sensors has it, which is as good. */
type Try = { readonly app: Application } | { readonly app: null; readonly why: string | null };

/**
 * Listens for the events of sensors, and says so in the records. Of several workers of one host the first has the port; when it ends
 * another takes it over. A port that another program has, or that cannot be had at all, is told in the log and the records, and tried
 * again and again.
 */
export function hearEvents(dependencies: SensorDependencies): Service {
  const { db, environment, log, isCurrent, interval = INTERVAL } = dependencies;
  const sensors = heardOf(dependencies);
  let app: Application | null = null;
  /** What was told last: the same is not told at each look. */
  let told: string | null = null;
  let inVain = 0;
  const end = async (): Promise<void> => {
    const ending = app;
    app = null;
    await ending?.close();
  };
  const announce = async (source: string, error: string | null): Promise<void> => {
    for (const { pipeline, sensor } of sensors) {
      const key = { pipeline: pipeline.name, sensor: sensor.name };
      await declareSensor(db, { ...key, kind: 'event', source: `POST ${source}${pathOf(key)}`, every: interval });
      await noteLook(db, key, { error });
    }
  };
  const tell = async (source: string, message: string): Promise<void> => {
    if (told !== message) log.warn(message);
    told = message;
    await announce(source, message);
  };
  const loop = repeat(
    interval,
    async () => {
      if (isCurrent && !(await isCurrent())) {
        await end();
        return;
      }
      const port = environment.eventsPort;
      if (port === null) {
        await tell('', perennialError('PER_RUN_194', 'The workers were told no port for events.').message);
        return;
      }
      const tried: Try = app === null ? await listen(dependencies, sensors, port) : { app };
      inVain = tried.app === null && tried.why !== null ? inVain + 1 : 0;
      if (tried.app !== null) {
        app = tried.app;
        told = null;
        await announce(addressOf(app), null);
      } else if (tried.why !== null && inVain >= LOOKS) {
        const url = urlOf({ ...environment, port });
        await tell(url, perennialError('PER_RUN_196', `${url}, where events are to be heard, ${tried.why}.`).message);
      }
    },
    (error) => {
      log.warn({ err: error }, 'events of sensors are not listened for; it is tried again');
    },
  );
  return {
    async stop() {
      await loop.stop();
      await end();
    },
  };
}

async function listen(
  { db, environment: { host, token }, log }: SensorDependencies,
  sensors: readonly HeardSensor[],
  port: number,
): Promise<Try> {
  const app = createApplication({ host, token, log });
  serveSensorEvents(app, { db, sensors });
  try {
    await app.listen({ host, port });
    log.info({ url: addressOf(app) }, 'listening for the events of sensors');
    return { app };
  } catch (error) {
    await app.close();
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : String(error);
    if (code !== 'EADDRINUSE') return { app: null, why: `cannot be listened on (${String(code)})` };
    const [first] = sensors;
    const key = { pipeline: first?.pipeline.name ?? '', sensor: first?.sensor.name ?? '' };
    const hears = await hearsAlready({ host, port }, key);
    return { app: null, why: hears ? null : 'is taken by another program (EADDRINUSE)' };
  }
}

function addressOf(app: Application): string {
  const first = app.server.address();
  if (first === null || typeof first === 'string') return '';
  return `http://${first.family === 'IPv6' ? `[${first.address}]` : first.address}:${first.port}`;
}

function heardOf({ sensors }: SensorDependencies): HeardSensor[] {
  return sensors.flatMap(({ pipeline, sensor, value }) =>
    sensor.of === 'event' && value !== null ? [{ pipeline, sensor, secret: value }] : [],
  );
}
