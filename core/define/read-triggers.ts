import type { z } from 'zod';
import { perennialError } from '../errors';
import type { OneOrMore, OnDataset } from './on-dataset';
import type { Partitions } from './partitions';

/** What a config may be given by a trigger: the form of a digest. */
const ANY_DIGEST = '0'.repeat(64);

/**
 * The triggers of a pipeline, each held against its config: what a run is started with is the digest alone.
 *
 * @throws PER_DEF_081 with partitions; PER_DEF_082 where the config does not take it
 */
export function readTriggers(
  name: string,
  {
    on,
    config,
    partitions,
  }: {
    readonly on?: OneOrMore<OnDataset> | undefined;
    readonly config: z.ZodObject;
    readonly partitions?: Partitions | undefined;
  },
): readonly OnDataset[] {
  const triggers = listOf(on);
  if (triggers.length > 0 && partitions !== undefined) {
    throw perennialError(
      'PER_DEF_081',
      `${name} starts on a data set, and has partitions, of which it would name none.`,
    );
  }
  for (const { into, pipeline } of triggers) {
    if (into === null || !Object.hasOwn(config.shape, into)) {
      const said = into === null ? 'no key is named' : `there is no key '${into}'`;
      throw perennialError('PER_DEF_082', `${name} starts on a data set of ${pipeline}: of its config, ${said}.`);
    }
    const [issue] = config.safeParse({ [into]: ANY_DIGEST }).error?.issues ?? [];
    if (issue === undefined) continue;
    const where = issue.path.map(String).join('.') || 'config';
    throw perennialError(
      'PER_DEF_082',
      `${name} starts on a data set of ${pipeline} with nothing but its digest under '${into}': ${where}: ${issue.message}.`,
    );
  }
  return Object.freeze([...triggers]);
}

/**
 * The triggers of a model.
 *
 * @throws PER_DEF_081 where its pipeline has some of its own; PER_DEF_082 with `into`
 */
export function readModelTriggers(
  name: string,
  on: OneOrMore<OnDataset> | undefined,
  retrain: { readonly name: string; readonly on: readonly OnDataset[] },
): readonly OnDataset[] {
  if (retrain.on.length > 0) {
    throw perennialError(
      'PER_DEF_081',
      `The model ${name} is made by ${retrain.name}, which would start by itself on a data set: it is the model's to have a trigger.`,
    );
  }
  const triggers = listOf(on);
  const told = triggers.find(({ into }) => into !== null);
  if (told !== undefined) {
    throw perennialError('PER_DEF_082', `The model ${name} hands no data set on, under '${told.into}' neither.`);
  }
  return Object.freeze([...triggers]);
}

function listOf(on: OneOrMore<OnDataset> | undefined): readonly OnDataset[] {
  if (on === undefined) return [];
  return 'kind' in on ? [on] : on;
}
