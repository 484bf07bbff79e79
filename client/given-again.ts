import { unknownKeys } from '../core/define/unknown-keys';
import { perennialError } from '../core/errors';
import { firstOf } from '../core/errors/sentence';
import type { Json } from '../core/plan/json';
import type { RunnablePipeline } from './runnable';

/**
 * The recorded config of a run, to be given to another one: without what its contract has added while it parsed it, as a
 * transform does. It will do so again.
 *
 * @param run named in the message
 * @throws PER_RUN_085 for keys that the pipeline has lost since: nobody has given them now, and nobody can leave them out
 */
export function givenAgain({ name, config }: RunnablePipeline, run: string, recorded: Json): Json {
  const unknown = unknownKeys(config, recorded);
  if (unknown.length === 0) return recorded;
  const { data } = config.safeParse(recorded);
  const lost = unknown.filter(({ keys }) => !has(data, keys)).map(({ path }) => `'${path}'`);
  if (lost.length === 0) return unknown.reduce((rest, { keys }) => without(rest, keys), recorded);
  const keys = `the ${lost.length === 1 ? 'key' : 'keys'} ${firstOf(lost).join(', ')}`;
  throw perennialError(
    'PER_RUN_085',
    `${run} was run with ${keys} in its config, which the config of ${name} no longer has.`,
  );
}

function has(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const field = Object.entries(value).find(([name]) => name === key);
  return field !== undefined && has(field[1], rest);
}

function without(value: Json, [key, ...rest]: readonly string[]): Json {
  if (key === undefined || typeof value !== 'object' || value === null) return value;
  const inside = (name: string, field: Json): Json => (name === key ? without(field, rest) : field);
  if (isList(value)) return value.map((item, i) => inside(String(i), item));
  const fields = Object.entries(value).filter(([name]) => name !== key || rest.length > 0);
  return Object.fromEntries(fields.map(([name, field]) => [name, inside(name, field)]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
