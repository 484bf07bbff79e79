import { escapeIdentifier, type Pool, type PoolClient } from 'pg';
import { perennialError } from '../../core/errors';
import { readOnlyUrl, transaction, withDb } from '../db';
import { appliedMigration, newestMigration } from '../migrate';
import { shownDatabase } from './names';
import { findPreview, type PreviewRow } from './preview-row';

/**
 * What of production's records a preview begins with, in an order that foreign keys allow: what runs read. What runs are and
 * what they brought about (runs, nodes, predictions, labels, causes, decisions, the ledger) is production's alone.
 */
const COPIED: readonly { readonly table: string; readonly rows: string }[] = [
  { table: 'plans', rows: 'TABLE plans' },
  { table: 'artifacts', rows: 'TABLE artifacts' },
  { table: 'dataset_versions', rows: 'TABLE dataset_versions' },
  { table: 'lineage', rows: 'TABLE lineage' },
  { table: 'model_versions', rows: 'TABLE model_versions' },
  // Who is champion, and under which number of the log the next one comes.
  { table: 'promotions', rows: 'SELECT DISTINCT ON (model) * FROM promotions ORDER BY model, seq DESC' },
  { table: 'cache_key_parts', rows: 'TABLE cache_key_parts' },
  { table: 'cache_entries', rows: 'TABLE cache_entries' },
];

/** Rows that are held in memory at once. */
const AT_ONCE = 500;

/** What is to be written beside the copy. */
export type NewPreview = Pick<PreviewRow, 'name' | 'namespace' | 'with_schedules'>;

/**
 * Copies what a preview reads out of production's records, as they stand at one moment, in a transaction that can only read.
 * Everything is there when it returns, with the preview's own row, and nothing when it throws.
 *
 * @param base URL of production's records
 * @param to the preview's own, migrated and empty
 * @throws what {@link checkBase} does; connection errors as pg raises them
 */
export async function copyBase(base: string, to: Pool, preview: NewPreview): Promise<PreviewRow> {
  return withDb(readOnlyUrl(base), (from) =>
    transaction(from, async (source) => {
      await source.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      await checkBase(source, base);
      return transaction(to, (target) => copyAll(source, target, { ...preview, base: shownDatabase(base) }));
    }),
  );
}

/**
 * Refuses a base whose rows would not fit.
 *
 * @throws PER_STACK_087 when it is of another migration, or a preview itself
 */
export async function checkBase(db: Pool | PoolClient, url: string): Promise<void> {
  const [applied, newest] = [await appliedMigration(db), newestMigration()];
  if (applied !== newest) {
    const has = applied === null ? 'none of Perennial' : `migration ${applied}`;
    throw perennialError(
      'PER_STACK_087',
      `The records at ${shownDatabase(url)} have ${has}, this engine's newest is ${newest}.`,
    );
  }
  const preview = await findPreview(db);
  if (preview === null) return;
  throw perennialError(
    'PER_STACK_087',
    `The records at ${shownDatabase(url)} are those of the preview '${preview.name}'; there is no preview of a preview.`,
  );
}

async function copyAll(
  source: PoolClient,
  target: PoolClient,
  preview: Omit<PreviewRow, 'copied' | 'base_at'>,
): Promise<PreviewRow> {
  for (const side of [source, target]) await speakAlike(side);
  const { rows } = await source.query<{ now: string }>('SELECT now()');
  const base_at = rows[0]?.now ?? '';
  const copied: Record<string, number> = {};
  for (const { table, rows: query } of COPIED) copied[table] = await copyTable(source, target, table, query);
  await target.query(
    `INSERT INTO preview (name, namespace, base, with_schedules, copied, base_at) VALUES ($1, $2, $3, $4, $5, $6)`,
    [preview.name, preview.namespace, preview.base, preview.with_schedules, copied, base_at],
  );
  return { ...preview, copied, base_at };
}

/**
 * Rows go over as Postgres' own text of them, column by column as the target has them: no value is read on the way, so that
 * microseconds, every digit of a number, and a JSON null beside a NULL stay what they are.
 */
async function copyTable(source: PoolClient, target: PoolClient, table: string, query: string): Promise<number> {
  const name = escapeIdentifier(table);
  const columns = (await columnNames(target, table)).map(valueOf).join(', ');
  await source.query(`DECLARE copied NO SCROLL CURSOR FOR SELECT ROW(${columns})::text AS row FROM (${query}) t`);
  let count = 0;
  for (;;) {
    const { rows } = await source.query<{ row: string }>(`FETCH ${AT_ONCE} FROM copied`);
    if (rows.length === 0) break;
    const texts = rows.map(({ row }) => row);
    await target.query(`INSERT INTO ${name} SELECT (r::${name}).* FROM unnest($1::text[]) AS r`, [texts]);
    count += rows.length;
  }
  await source.query('CLOSE copied');
  return count;
}

/** Ids that a preview could give again: a partition's run has the same id there, and the same cause the same decision. */
const MARKED = new Set(['run_id', 'decision_id']);

/** How a copied row is seen to tell of production: no run and no decision of the preview is ever taken for that one. */
const MARK = 'production:';

function valueOf(column: string): string {
  const value = `t.${escapeIdentifier(column)}`;
  return MARKED.has(column) ? `'${MARK}' || ${value}` : value;
}

async function columnNames(db: PoolClient, table: string): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  return rows.map(({ name }) => name);
}

/** Both sides write and read texts in the same way, whatever their servers' settings are. */
async function speakAlike(db: PoolClient): Promise<void> {
  await db.query(
    `SELECT set_config('datestyle', 'ISO', true), set_config('timezone', 'UTC', true), set_config('extra_float_digits', '1', true),
            set_config('search_path', 'public', true)`,
  );
}
