import type { Json } from '../../../core';
import { JsonValue } from '../json-value';
import { formsOf } from './forms';
import { readingsOf } from './readings';
import type { KnownText } from './sort-texts';

/** Stands where the value of a resource was. */
export const MASKED = '[secret]';

/** Keeps the values of resources out of what leaves a process: log lines, errors, progress, outputs. */
export interface Mask {
  /** False: nothing is known, and everything is returned as it is. */
  readonly active: boolean;
  text(text: string): string;
  /**
   * The beginning of a text that is cut there. What begins before the cut and ends after it is masked as a whole: half a secret
   * would not be known for one, so a text has to be whole, or {@link reach} longer than what is kept.
   */
  head(text: string, length: number): string;
  /** How long the longest known text may get by what is done to it, characters. */
  readonly reach: number;
  /** Keys, texts and numbers. */
  json(value: Json): Json;
  /** A line of a log: one JSON object, or any other text. */
  line(line: string): string;
  /** The first known text that a value holds in any form, or null. */
  find(value: Json): KnownText | null;
}

/** Of a process that knows no values. */
export const NO_MASK: Mask = {
  active: false,
  text: (text) => text,
  head: (text, length) => text.slice(0, length),
  reach: 0,
  json: (value) => value,
  line: (line) => line,
  find: () => null,
};

/** How much longer a text gets when each of its characters is written as `\\\\u00e4`: JSON within JSON. */
const LONGEST_ESCAPE = 7;

/** Makes the mask of some known texts; those below six characters are not looked for. */
export function createMask(known: readonly KnownText[]): Mask {
  const forms = new Map<string, KnownText>();
  for (const one of known) for (const form of formsOf(one.text)) if (!forms.has(form)) forms.set(form, one);
  if (forms.size === 0) return NO_MASK;
  const probes = shortestOf([...forms.keys()]);
  const probeIn = (read: string): string | undefined => probes.find((probe) => read.includes(probe));

  function placesIn(text: string): Place[] {
    const places: Place[] = [];
    for (const { text: read, placeOf } of readingsOf(text)) {
      if (probeIn(read) === undefined) continue;
      for (const form of forms.keys()) {
        for (const [from, to] of placesOf(form, read)) places.push([placeOf(from), placeOf(to)]);
      }
    }
    return places;
  }

  function maskText(text: string): string {
    return cover(text, placesIn(text), text.length);
  }

  function formIn(text: string): string | undefined {
    for (const { text: read } of readingsOf(text)) {
      const found = probeIn(read);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function maskJson(value: Json): Json {
    if (typeof value === 'string') return maskText(value);
    if (typeof value === 'number') return formIn(String(value)) === undefined ? value : MASKED;
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(maskJson);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [maskText(key), maskJson(part)]));
  }

  function findIn(value: Json): KnownText | null {
    if (typeof value === 'string' || typeof value === 'number') {
      const form = formIn(String(value));
      return form === undefined ? null : (forms.get(form) ?? null);
    }
    if (value === null || typeof value !== 'object') return null;
    for (const [key, part] of Object.entries(value)) {
      const found = (Array.isArray(value) ? null : findIn(key)) ?? findIn(part);
      if (found !== null) return found;
    }
    return null;
  }

  return {
    active: true,
    text: maskText,
    head: (text, length) => cover(text, placesIn(text), length),
    reach: LONGEST_ESCAPE * Math.max(...[...forms.keys()].map(({ length }) => length)),
    json: maskJson,
    line(line) {
      if (formIn(line) === undefined) return line;
      const fields = parse(line);
      // What is no JSON, or was not found in its values, is masked as the text that it is.
      return maskText(fields === null ? line : `${JSON.stringify(maskJson(fields))}\n`);
    },
    find: findIn,
  };
}

/** Those that hold no other one: where a longer one stands, they are found. */
function shortestOf(forms: readonly string[]): string[] {
  const shortest: string[] = [];
  for (const form of [...forms].sort((a, b) => a.length - b.length)) {
    if (!shortest.some((one) => form.includes(one))) shortest.push(form);
  }
  return shortest;
}

type Place = readonly [from: number, to: number];

/** Replaces every place that begins in the first `length` characters, those that overlap as one: half a secret is a secret. */
function cover(text: string, places: readonly Place[], length: number): string {
  let masked = '';
  let end = 0;
  for (const [from, to] of places.filter(([at]) => at < length).sort(([a], [b]) => a - b)) {
    if (from >= end) masked += `${text.slice(end, from)}${MASKED}`;
    end = Math.max(end, to);
  }
  return masked + text.slice(end, Math.max(end, length));
}

function placesOf(form: string, text: string): Place[] {
  const places: Place[] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) places.push([at, at + form.length]);
  return places;
}

function parse(line: string): Json | null {
  try {
    const parsed = JsonValue.safeParse(JSON.parse(line));
    return parsed.success && typeof parsed.data === 'object' ? parsed.data : null;
  } catch {
    return null;
  }
}
