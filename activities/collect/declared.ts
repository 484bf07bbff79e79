import { perennialError } from '../../core/errors';
import type { Columns } from '../../steps/collect';
import { ROW_NUMBER, refuseNames } from '../data/row-number';

/**
 * Refuses declared columns that no source could have.
 *
 * @throws PER_DATA_003 PER_DATA_004 PER_DATA_015
 */
export function checkDeclared(columns: Columns, time: string): void {
  const type = columns[time];
  if (type === undefined) {
    throw perennialError('PER_DATA_003', `The time column '${time}' is not among the columns that are declared.`);
  }
  if (type !== 'timestamp') {
    throw perennialError(
      'PER_DATA_004',
      `The time column '${time}' is declared as ${type}; only a timestamp cuts windows.`,
    );
  }
  const declared = Object.keys(columns);
  refuseNames(
    declared.map((name) => ({ name })),
    [ROW_NUMBER],
    'the declaration',
  );
  refuseDoubled(declared, 'the declaration');
}

/**
 * Refuses names that are the same but for their case, which SQL cannot tell apart.
 *
 * @throws PER_DATA_015
 */
export function refuseDoubled(names: readonly string[], of: string): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      const both = other === name ? `'${name}' twice` : `'${other}' and '${name}'`;
      throw perennialError('PER_DATA_015', `The columns of ${of} have ${both}.`);
    }
    seen.set(name.toLowerCase(), name);
  }
}

/** @throws PER_DATA_003 with the names that are there */
export function refuseMissing(there: readonly string[], wanted: readonly string[], of: string): void {
  const missing = wanted.find((name) => !there.includes(name));
  if (missing === undefined) return;
  throw perennialError(
    'PER_DATA_003',
    `Column '${missing}' is missing from ${of}, which has: ${there.map(shown).join(', ')}.`,
  );
}

/** What the engine calls a column without a name is nothing to read. */
function shown(name: string): string {
  return name.startsWith('\u0001') ? '(no name)' : name;
}
