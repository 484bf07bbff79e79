import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { perennialError } from '../core/errors';

const FILE = 'PERENNIAL_RESOURCES';
const PREFIX = 'PERENNIAL_RESOURCE_';

/** A resource's value as the environment gives it, and where it stood. */
export interface GivenResource {
  readonly value: z.core.util.JSONType;
  /** The name of a variable, or the path of a file. */
  readonly source: string;
}

/** The variable that holds a resource's value: `PERENNIAL_RESOURCE_MY_STORE` for `my-store`. */
export function variableOf(resource: string): string {
  return PREFIX + resource.toUpperCase().replaceAll('-', '_');
}

/**
 * Reads the values of resources: each from its variable, else from the file that PERENNIAL_RESOURCES names. No error
 * holds any part of a value.
 *
 * @param folder the project's: the file's path is relative to it
 * @throws PER_RUN_061 when a variable holds no JSON, PER_RUN_062 when others may read the file, PER_RUN_063 when it
 * cannot be read or holds no JSON object
 */
export function readResources(folder: string, variables: NodeJS.ProcessEnv = process.env): Map<string, GivenResource> {
  const file = variables[FILE];
  const found = file === undefined || file === '' ? new Map<string, GivenResource>() : readFile(resolve(folder, file));
  for (const [name, text] of Object.entries(variables)) {
    if (!name.startsWith(PREFIX) || text === undefined || text === '') continue;
    const resource = name.slice(PREFIX.length).toLowerCase().replaceAll('_', '-');
    found.set(resource, { value: parseVariable(name, text), source: name });
  }
  return found;
}

/** Those variables taken out of an environment, for processes that have no need of them. */
export function withoutResources(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !isOurs(name)));
}

/**
 * The same of this process: values for its steps, nothing for the programs that their code may start.
 *
 * @throws as {@link readResources}
 */
export function takeResources(folder: string): Map<string, GivenResource> {
  const found = readResources(folder, process.env);
  // oxlint-disable-next-line typescript/no-dynamic-delete -- an environment has no other way to lose a variable
  for (const name of Object.keys(process.env)) if (isOurs(name)) delete process.env[name];
  return found;
}

function isOurs(variable: string): boolean {
  return variable === FILE || variable.startsWith(PREFIX);
}

function parseVariable(name: string, text: string): GivenResource['value'] {
  const parsed = parse(text);
  if (parsed !== undefined) return parsed;
  throw perennialError('PER_RUN_061', `${name} holds no JSON (a plain text is written in quotes).`);
}

function readFile(path: string): Map<string, GivenResource> {
  const values = z.record(z.string(), z.json()).safeParse(parse(readPrivate(path)));
  if (!values.success) throw perennialError('PER_RUN_063', `${path} holds no JSON object.`);
  return new Map(Object.entries(values.data).map(([name, value]) => [name, { value, source: path }]));
}

/** The text of a file that nobody but its owner may read. Asked of the open file, which cannot be exchanged meanwhile. */
function readPrivate(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw perennialError('PER_RUN_063', `${path} cannot be opened.`, { cause });
  }
  try {
    const mode = fstatSync(file).mode & 0o777;
    if ((mode & 0o077) !== 0) {
      throw perennialError('PER_RUN_062', `${path} has the mode ${mode.toString(8).padStart(4, '0')}.`);
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** JSON.parse says in its errors what it has read; undefined says nothing. */
function parse(text: string): GivenResource['value'] | undefined {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
