import { perennialError } from '../../core/errors';
import { isObject, type Json } from '../../core/plan/json';
import { jsonOrFile } from './json-or-file';

type Draft = { [key: string]: Json | Draft };

/**
 * A config, or what changes in one, from `--config` and the `--set`s that follow it: every verb takes them alike. `--config`
 * is a JSON object, `@file` with one, or `key=value` as `--set` has it. `--set a.b=1` puts a number into the object `a`; what
 * is not JSON is taken as text, so `--set table=events` needs no quotes. Later ones win.
 *
 * @throws PER_STACK_011 for a config that is no object, and for a `--set` without a key
 * @example
 * runConfig(['{"seeds":[1]}'], ['seeds=[1,2]', 'split.share=0.2']) // { seeds: [1, 2], split: { share: 0.2 } }
 */
export function runConfig(configs: readonly string[], sets: readonly string[]): { readonly [key: string]: Json } {
  const base = configs.reduce<Json>(withConfig, {});
  const made = sets.reduce<Json>((config, set) => withSet(config, set, '--set'), base);
  return isObject(made) ? made : {};
}

/** Keeps each value of an option that may be repeated, where the words after it are not its own. */
export function everyOne(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function withConfig(made: Json, text: string): Json {
  // JSON and the name of a file begin otherwise.
  if (/^[^={}[\]"@]+=/.test(text)) return withSet(made, text, '--config');
  const given = jsonOrFile('--config', text);
  if (!isObject(given)) throw perennialError('PER_STACK_011', '--config: a config is a JSON object.');
  return { ...(isObject(made) ? made : {}), ...given };
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
