import { perennialError } from '../../core/errors';
import type { Column } from './schema';

/** The name under which a reader hands over each row's number in its file. */
export const ROW_NUMBER = 'file_row_number';

/** Refuses columns that would hide a name which the engine adds. */
export function refuseNames(columns: readonly Pick<Column, 'name'>[], added: readonly string[], of: string): void {
  const clash = columns.find((column) => added.includes(column.name));
  if (clash)
    throw perennialError('PER_DATA_015', `A column of ${of} is called '${clash.name}', a name the engine adds.`);
}
