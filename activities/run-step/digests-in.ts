import type { Json } from '../../core';

/** Every text of a value that has the form of an artifact's digest, each once. Which of them are artifacts, the records know. */
export function digestsIn(value: Json): string[] {
  return [...new Set(collect(value))];
}

function collect(value: Json): string[] {
  if (typeof value === 'string') return /^[0-9a-f]{64}$/.test(value) ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(collect);
}
