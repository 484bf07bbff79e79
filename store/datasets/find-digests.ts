import { perennialError } from '../../core/errors';
import type { Db } from '../db';

/** More of them are not told. */
const TOLD = 10;

/**
 * The data set version that a digest, or the beginning of one, names.
 *
 * @throws PER_DATA_070 when there is none, PER_DATA_071 when there are several
 *
 * @example
 * const digest = await datasetNamed(db, '3fa9');
 */
export async function datasetNamed(db: Db, beginning: string): Promise<string> {
  // Every digit of a digest sorts before 'g': a range, which the key's index answers.
  const { rows } = await db.query<{ digest: string }>(
    `SELECT digest FROM dataset_versions WHERE digest >= $1 AND digest < $1 || 'g' ORDER BY digest LIMIT $2`,
    [hexOf(beginning), TOLD + 1],
  );
  return theOne(rows, beginning, 'data set version');
}

/**
 * The artifact of any kind that a digest, or the beginning of one, names.
 *
 * @throws PER_DATA_070 when there is none, PER_DATA_071 when there are several
 */
export async function artifactNamed(db: Db, beginning: string): Promise<string> {
  const { rows } = await db.query<{ digest: string }>(
    `SELECT digest FROM artifacts WHERE digest >= $1 AND digest < $1 || 'g' ORDER BY digest LIMIT $2`,
    [hexOf(beginning), TOLD + 1],
  );
  return theOne(rows, beginning, 'artifact');
}

function hexOf(given: string): string {
  const text = given.toLowerCase();
  if (/^[0-9a-f]{1,64}$/.test(text)) return text;
  throw perennialError('PER_DATA_070', `'${given}' is no digest and no beginning of one, which are 0-9 and a-f.`);
}

function theOne(rows: readonly { readonly digest: string }[], beginning: string, what: string): string {
  const [first, second] = rows;
  if (first === undefined)
    throw perennialError('PER_DATA_070', `The records have no ${what} whose digest begins with '${beginning}'.`);
  if (second === undefined) return first.digest;
  const told = rows.slice(0, TOLD).map(({ digest }) => digest);
  const more = rows.length > TOLD ? ', and more' : '';
  throw perennialError('PER_DATA_071', `'${beginning}' begins several of them: ${told.join(', ')}${more}.`);
}
