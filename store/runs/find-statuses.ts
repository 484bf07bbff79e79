import type { Db } from '../db';
import type { RunRow } from './run-row';

/** How some runs stand, by their ids; those without a record are left out. */
export async function findStatuses(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Pick<RunRow, 'status' | 'reason'>>> {
  const { rows } = await db.query<Pick<RunRow, 'id' | 'status' | 'reason'>>(
    'SELECT id, status, reason FROM runs WHERE id = ANY($1::text[])',
    [ids],
  );
  return new Map(rows.map(({ id, ...stands }) => [id, stands]));
}
