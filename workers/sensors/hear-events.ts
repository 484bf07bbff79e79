import { createApplication, type HeardSensor, serveSensorEvents } from '../../api';
import { perennialError } from '../../core/errors';
import { declareSensor } from '../../store/sensors/declare-sensor';
import { noteLook } from '../../store/sensors/note-look';
import { repeat } from '../repeat';
import type { Service } from '../services';
import type { SensorDependencies } from './start-sensors';

/** ms between two words that somebody listens; also after which a port that was taken is tried again. */
const INTERVAL = 5_000;

type Application = ReturnType<typeof createApplication>;

/**
 * Listens for the events of sensors, and says so in the records. Of several workers of one host the first has the port; when it ends
 * another takes it over.
 */
export function hearEvents(dependencies: SensorDependencies): Service {
  const { db, environment, log, isCurrent } = dependencies;
  const sensors = heardOf(dependencies);
  let app: Application | null = null;
  let told = false;
  const end = async (): Promise<void> => {
    const ending = app;
    app = null;
    await ending?.close();
  };
  const announce = async (source: string, error: string | null): Promise<void> => {
    for (const { pipeline, sensor } of sensors) {
      const key = { pipeline: pipeline.name, sensor: sensor.name };
      const path = `/v1/sensors/${key.pipeline}/${key.sensor}`;
      await declareSensor(db, { ...key, kind: 'event', source: `POST ${source}${path}`, every: INTERVAL });
      await noteLook(db, key, { error });
    }
  };
  const loop = repeat(
    INTERVAL,
    async () => {
      if (isCurrent && !(await isCurrent())) {
        await end();
        return;
      }
      const port = environment.eventsPort;
      if (port === null) {
        const { message } = perennialError('PER_RUN_194', 'The workers were told no port for events.');
        if (!told) log.warn(message);
        told = true;
        await announce('', message);
        return;
      }
      app ??= await listen(dependencies, sensors, port);
      if (app !== null) await announce(addressOf(app), null);
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

/** @returns null: another process has the port */
async function listen(
  { db, environment: { host, token }, log }: SensorDependencies,
  sensors: readonly HeardSensor[],
  port: number,
): Promise<Application | null> {
  const app = createApplication({ host, token, log });
  serveSensorEvents(app, { db, sensors });
  try {
    await app.listen({ host, port });
    log.info({ url: addressOf(app) }, 'listening for the events of sensors');
    return app;
  } catch (error) {
    await app.close();
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
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
