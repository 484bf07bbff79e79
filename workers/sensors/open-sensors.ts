import type { Pipeline, Secret, Sensor } from '../../core';
import { parseResource } from '../../core/define/resource-values';
import { perennialError } from '../../core/errors';
import { WORKFLOW_POOL } from '../../core/plan/workflow-pool';
import type { GivenResource } from '../../store/resource-values';

/** Shorter texts are guessed. */
const SHORTEST_SECRET = 16;

/** A sensor of the project with what its worker was given for it. */
export interface OpenSensor {
  readonly pipeline: Pick<Pipeline, 'name' | 'config'>;
  readonly sensor: Sensor;
  /** Of rows the database's URL, of events the secret; of files nothing. */
  readonly value: string | null;
}

/**
 * The sensors that a worker looks after: none but in the pool of workflows, and none in a preview where nothing starts by itself.
 *
 * @throws what {@link openSensors} does
 */
export async function sensorsOf(
  { pool, startsByItself }: { readonly pool: string; readonly startsByItself: boolean },
  ...project: Parameters<typeof openSensors>
): Promise<OpenSensor[]> {
  return pool === WORKFLOW_POOL && startsByItself ? openSensors(...project) : [];
}

/**
 * The sensors of a project with the values of their resources. What is missing or wrong is found now, not by the first event.
 *
 * @throws PER_RUN_060 PER_RUN_061, naming the resource
 */
export async function openSensors(
  pipelines: readonly Pick<Pipeline, 'name' | 'config' | 'sensors'>[],
  given: ReadonlyMap<string, GivenResource>,
): Promise<OpenSensor[]> {
  const all = pipelines.flatMap((pipeline) => pipeline.sensors.map((sensor) => ({ pipeline, sensor })));
  return Promise.all(all.map(async (one) => ({ ...one, value: await valueOf(one.sensor, given) })));
}

async function valueOf(sensor: Sensor, given: ReadonlyMap<string, GivenResource>): Promise<string | null> {
  if (sensor.of === 'files') return null;
  if (sensor.of === 'rows') {
    const value = await parseResource(sensor.from, given.get(sensor.from.name)?.value);
    return textOf(typeof value === 'object' && 'url' in value ? value.url : value);
  }
  const text = textOf(await parseResource(sensor.secret, given.get(sensor.secret.name)?.value));
  if (text.length >= SHORTEST_SECRET) return text;
  throw perennialError(
    'PER_RUN_061',
    `The value of the resource '${sensor.secret.name}' is refused: a secret that events are signed with has at least ${SHORTEST_SECRET} characters.`,
  );
}

function textOf(value: string | Secret<string>): string {
  return typeof value === 'string' ? value : value.reveal();
}
