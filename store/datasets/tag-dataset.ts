import { perennialError } from '../../core/errors';
import { refuseRemoved } from '../artifacts/refuse-removed';
import type { Db } from '../db';
import type { By } from './pin-dataset';

/**
 * Tags a data set version.
 *
 * @returns false: it has that tag already, and who gave it stays recorded
 * @throws PER_DATA_072, PER_DATA_073 when it was removed
 */
export async function tagDataset(db: Db, digest: string, tag: string, { by }: By): Promise<boolean> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(tag)) throw perennialError('PER_DATA_072', `'${tag}' is no tag.`);
  await refuseRemoved(db, [digest], 'Data set version');
  const { rowCount } = await db.query(
    `WITH given AS (
       INSERT INTO dataset_tags (digest, tag, by) VALUES ($1, $2, $3) ON CONFLICT (digest, tag) DO NOTHING RETURNING tag
     )
     INSERT INTO audit_log (by, action, subject, detail)
     SELECT $3, 'data.tag', $1, jsonb_build_object('tag', tag) FROM given`,
    [digest, tag, by],
  );
  return rowCount === 1;
}

/** Takes a tag off. @returns false: there was none, and nothing is written */
export async function untagDataset(db: Db, digest: string, tag: string, { by }: By): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH gone AS (DELETE FROM dataset_tags WHERE digest = $1 AND tag = $2 RETURNING tag)
     INSERT INTO audit_log (by, action, subject, detail)
     SELECT $3, 'data.untag', $1, jsonb_build_object('tag', tag) FROM gone`,
    [digest, tag, by],
  );
  return rowCount === 1;
}
