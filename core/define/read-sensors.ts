import type { z } from 'zod';
import { perennialError } from '../errors';
import type { Expr } from '../plan/plan';
import type { OneOrMore, OnDataset } from './on-dataset';
import type { Partitions } from './partitions';
import type { Sensor } from './sensors';

/** What may stand under a pipeline's `on`. */
export type Starter = OnDataset | Sensor;

/** What is written under `on`, by its kind. */
export function startersOf(on: OneOrMore<Starter> | undefined): {
  readonly triggers: readonly OnDataset[];
  readonly sensors: readonly Sensor[];
} {
  const all: readonly Starter[] = on === undefined ? [] : 'kind' in on ? [on] : on;
  return {
    triggers: all.flatMap((one) => (one.kind === 'dataset' ? [one] : [])),
    sensors: all.flatMap((one) => (one.kind === 'sensor' ? [one] : [])),
  };
}

/**
 * The sensors of a pipeline, each held against its config as far as that can be told before anything is seen: its keys.
 *
 * @throws PER_DEF_081 with partitions, PER_DEF_086 where the config does not take what one gives, PER_DEF_088 for a name twice
 */
export function readSensors(
  name: string,
  sensors: readonly Sensor[],
  { config, partitions }: { readonly config: z.ZodObject; readonly partitions?: Partitions | undefined },
): readonly Sensor[] {
  if (sensors.length > 0 && partitions !== undefined) {
    throw perennialError('PER_DEF_081', `${name} has a sensor, and partitions, of which it would name none.`);
  }
  sensors.forEach((sensor, i) => {
    if (sensors.findIndex((other) => other.name === sensor.name) !== i) {
      throw perennialError('PER_DEF_088', `Two sensors of ${name} are called ${sensor.name}.`);
    }
    checkKeys(name, sensor, config.shape);
  });
  return Object.freeze([...sensors]);
}

function checkKeys(pipeline: string, sensor: Sensor, shape: z.ZodObject['shape']): void {
  const given = keysOf(sensor.config);
  const unknown = given.find((key) => !Object.hasOwn(shape, key));
  const refuse = (why: string): Error =>
    perennialError('PER_DEF_086', `The sensor ${sensor.name} of ${pipeline} gives a config that is not taken: ${why}.`);
  if (unknown !== undefined) throw refuse(`there is no key '${unknown}'`);
  const schemas: Readonly<Record<string, z.core.$ZodType>> = shape;
  for (const [key, schema] of Object.entries(schemas)) {
    if (given.includes(key)) continue;
    if (!takesNothing(schema)) throw refuse(`'${key}' is not given, and has no default`);
  }
}

function keysOf(expr: Expr): readonly string[] {
  if (expr.op === 'object') return Object.keys(expr.fields);
  const isObject = expr.op === 'literal' && typeof expr.value === 'object' && expr.value !== null;
  return isObject ? Object.keys(expr.value) : [];
}

function takesNothing(schema: z.core.$ZodType): boolean {
  return schema._zod.optin === 'optional' || schema._zod.def.type === 'default';
}
