import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Mask } from '../../activities/run-step/resources';
import type { Environment } from '../../store/environment';
import { declareSensor } from '../../store/sensors/declare-sensor';
import { sensorText } from '../../core/sensors/sensor';
import { repeat } from '../repeat';
import type { Service } from '../services';
import { hearEvents } from './hear-events';
import { lookOnce } from './look';
import type { PassedOver } from './look-for-files';
import type { OpenSensor } from './open-sensors';

/** What the service of sensors needs. */
export interface SensorDependencies {
  readonly db: Pool;
  readonly sensors: readonly OpenSensor[];
  readonly project: { readonly folder: string };
  readonly environment: Pick<Environment, 'host' | 'token' | 'eventsPort'>;
  readonly mask: Mask;
  readonly log: Logger;
  /** Whether new runs begin with this worker's build: another one's sensors may be other ones. Default: always. */
  readonly isCurrent?: () => Promise<boolean>;
  /** ms between tries to have the port for events, and words of who has it. Default: 5 s. */
  readonly interval?: number;
}

/**
 * Looks, each at its own interval, for what the project's sensors wait for, and listens for events, until it is stopped. Any number
 * of processes may do this at once.
 */
export function startSensors(dependencies: SensorDependencies): Service {
  const { sensors } = dependencies;
  const looking = sensors.flatMap((one) =>
    one.sensor.of === 'event' ? [] : [startLooking(dependencies, one, one.sensor)],
  );
  const heard = sensors.filter(({ sensor }) => sensor.of === 'event');
  const services = heard.length === 0 ? looking : [...looking, hearEvents(dependencies)];
  return {
    async stop() {
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}

function startLooking(
  { db, project: { folder }, mask, log, isCurrent }: SensorDependencies,
  open: OpenSensor,
  sensor: { readonly of: 'files' | 'rows'; readonly every: number },
): Service {
  const key = { pipeline: open.pipeline.name, sensor: open.sensor.name };
  /** What was told last: the same is not told at each look. */
  let told: string | null = null;
  let declared = false;
  const passedOver: PassedOver = new Map();
  return repeat(
    sensor.every,
    async (stopping) => {
      if (isCurrent && !(await isCurrent())) return;
      if (!declared) await declareSensor(db, { ...key, kind: sensor.of, source: sourceOf(open), every: sensor.every });
      declared = true;
      let anyway = false;
      do {
        const look = await lookOnce({ db, folder, mask, log, passedOver }, open, { anyway });
        if (look === null) return;
        if (look.trouble !== null && look.trouble !== told) log.warn({ ...key }, `${sensorText(key)}: ${look.trouble}`);
        told = look.trouble;
        if (look.events > 0) log.info({ ...key, events: look.events }, 'a sensor has seen something');
        anyway = look.more;
      } while (anyway && !stopping());
    },
    (error) => {
      log.warn({ err: error, ...key }, 'a sensor could not look; it is tried again');
    },
  );
}

function sourceOf({ sensor }: OpenSensor): string {
  if (sensor.of === 'files') return `${sensor.in}/${sensor.match}`;
  return sensor.of === 'rows' ? `rows by ${sensor.watermark}, of ${sensor.from.name}` : 'events';
}
