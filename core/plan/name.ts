import { perennialError } from '../errors/in-workflows';

/**
 * Checks a name: lower-case letters, digits, hyphens. Without a dot, since names that begin with `perennial.` are the
 * engine's own; without a slash or bracket, since addresses are made of names.
 *
 * @throws PER_DEF_001
 */
export function checkName(kind: string, name: string): void {
  if (!/^[a-z][a-z0-9-]{0,99}$/.test(name)) {
    throw perennialError('PER_DEF_001', `The name of the ${kind} ${JSON.stringify(name)} is malformed.`);
  }
}
