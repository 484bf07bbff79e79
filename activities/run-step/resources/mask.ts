import type { Json } from '../../../core';
import { JsonValue } from '../json-value';
import { formsOf } from './forms';
import type { KnownText } from './sort-texts';

/** Stands where the value of a resource was. */
export const MASKED = '[secret]';

/** Keeps the values of resources out of what leaves a process: log lines, errors, progress, outputs. */
export interface Mask {
  /** False: nothing is known, and everything is returned as it is. */
  readonly active: boolean;
  text(text: string): string;
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
  json: (value) => value,
  line: (line) => line,
  find: () => null,
};

/** Makes the mask of some known texts; those below six characters are not looked for. */
export function createMask(known: readonly KnownText[]): Mask {
  const forms = new Map<string, KnownText>();
  for (const one of known) for (const form of formsOf(one.text)) if (!forms.has(form)) forms.set(form, one);
  if (forms.size === 0) return NO_MASK;
  const any = new RegExp([...forms.keys()].map(literal).join('|'));

  function maskText(text: string): string {
    return any.test(text) ? cover(text, [...forms.keys()]) : text;
  }

  function maskJson(value: Json): Json {
    if (typeof value === 'string') return maskText(value);
    if (typeof value === 'number') return any.test(String(value)) ? MASKED : value;
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(maskJson);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [maskText(key), maskJson(part)]));
  }

  function findIn(value: Json): KnownText | null {
    if (typeof value === 'string' || typeof value === 'number') {
      const form = any.exec(String(value))?.[0];
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
    json: maskJson,
    line(line) {
      if (!any.test(line)) return line;
      const fields = parse(line);
      // What is no JSON, or was not found in its values, is masked as the text that it is.
      return maskText(fields === null ? line : `${JSON.stringify(maskJson(fields))}\n`);
    },
    find: findIn,
  };
}

/** Replaces every occurrence, those that overlap as one: half a secret is a secret. */
function cover(text: string, forms: readonly string[]): string {
  const found = forms.flatMap((form) => placesOf(form, text)).sort(([a], [b]) => a - b);
  let masked = '';
  let end = 0;
  for (const [from, to] of found) {
    if (from >= end) masked += `${text.slice(end, from)}${MASKED}`;
    end = Math.max(end, to);
  }
  return masked + text.slice(end);
}

function placesOf(form: string, text: string): [from: number, to: number][] {
  const places: [number, number][] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) places.push([at, at + form.length]);
  return places;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function parse(line: string): Json | null {
  try {
    const parsed = JsonValue.safeParse(JSON.parse(line));
    return parsed.success && typeof parsed.data === 'object' ? parsed.data : null;
  } catch {
    return null;
  }
}
