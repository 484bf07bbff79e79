import { readFileSync } from 'node:fs';
import { perennialError } from '../../core/errors';
import { type Json, jsonOf } from '../../core/plan/json';

/**
 * A value given as JSON, or as `@file` that holds JSON; `@-` reads standard input.
 *
 * @param option how the message names it: `--config`
 * @throws PER_STACK_011 when the file cannot be read or the text is not JSON
 */
export function jsonOrFile(option: string, given: string): Json {
  const file = given.startsWith('@') ? given.slice(1) : null;
  const text = file === null ? given : readGiven(option, file);
  try {
    return jsonOf(JSON.parse(text));
  } catch (cause) {
    const where = file === null ? '' : ` in ${file === '-' ? 'standard input' : file}`;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw perennialError('PER_STACK_011', `${option}: not JSON${where} (${why}).`, { cause });
  }
}

function readGiven(option: string, file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw perennialError('PER_STACK_011', `${option}: ${file} cannot be read (${why}).`, { cause });
  }
}
