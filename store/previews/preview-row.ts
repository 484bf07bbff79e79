import { z } from 'zod';
import type { Db } from '../db';

/** What the records of a preview say of it. */
export const PreviewRow = z.object({
  name: z.string(),
  namespace: z.string(),
  /** Host and database that it was copied from. */
  base: z.string(),
  with_schedules: z.boolean(),
  /** Rows by table. */
  copied: z.record(z.string(), z.int()),
  /** The moment that the copy shows. ISO 8601, UTC. */
  base_at: z.string(),
});
export type PreviewRow = z.infer<typeof PreviewRow>;

/** Whose preview these records are; null: nobody's, they are production's, or were migrated before there were any. */
export async function findPreview(db: Db): Promise<PreviewRow | null> {
  const { rows: tables } = await db.query<{ there: boolean }>(
    "SELECT to_regclass('public.preview') IS NOT NULL AS there",
  );
  if (tables[0]?.there !== true) return null;
  const { rows } = await db.query(
    'SELECT name, namespace, base, with_schedules, copied, base_at FROM public.preview LIMIT 1',
  );
  return rows[0] === undefined ? null : PreviewRow.parse(rows[0]);
}
