import { perennialError } from '../../core/errors';
import type { Json } from '../../core/plan/json';
import { jsonOrFile } from './json-or-file';

type Draft = { [key: string]: Json | Draft };

/**
 * A run's config from `--config` and the `--set`s that follow it. `--set a.b=1` puts a number into the object `a`; what
 * is not JSON is taken as text, so `--set table=events` needs no quotes. Later ones win.
 *
 * @throws PER_STACK_011 for a config that is no object, and for a `--set` without a key
 * @example
 * runConfig('{"seeds":[1]}', ['seeds=[1,2]', 'split.share=0.2']) // { seeds: [1, 2], split: { share: 0.2 } }
 */
export function runConfig(config: string | undefined, sets: readonly string[]): Json {
  const base = config === undefined ? {} : jsonOrFile('--config', config);
  if (!isObject(base)) throw perennialError('PER_STACK_011', '--config: a config is a JSON object.');
  return sets.reduce<Json>((made, set) => withSet(made, set, '--set'), base);
}

/**
 * Changes to a config from `key=value`s, as `--set` of a run takes them.
 *
 * @param option how the message names it: `--config`
 * @throws PER_STACK_011 for one without a key
 */
export function configChanges(option: string, sets: readonly string[]): { readonly [key: string]: Json } {
  const made = sets.reduce<Json>((changes, set) => withSet(changes, set, option), {});
  return isObject(made) ? made : {};
}

function withSet(config: Json, set: string, option: string): Json {
  const cut = set.indexOf('=');
  const path = set.slice(0, Math.max(cut, 0)).split('.');
  if (cut < 1 || path.some((key) => key === '')) {
    throw perennialError('PER_STACK_011', `${option}: '${set}' is not of the form key=value or outer.inner=value.`);
  }
  return put(config, path, jsonOrText(set.slice(cut + 1)));
}

function put(into: Json, path: readonly string[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const base: Draft = isObject(into) ? { ...into } : {};
  const inner = Object.hasOwn(base, key) ? base[key] : undefined;
  return { ...base, [key]: put(inner ?? {}, rest, value) };
}

function jsonOrText(text: string): Json {
  try {
    return jsonOrFile('--set', text.startsWith('@') ? JSON.stringify(text) : text);
  } catch {
    return text;
  }
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
