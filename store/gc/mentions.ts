import { createReadStream } from 'node:fs';
import type { PoolClient } from 'pg';
import { blobPath, isMissing } from '../artifacts/blob-path';
import { namedDigests } from '../artifacts/named-digests';

const PAGE = 200;
/** Of a digest, and of what may not stand beside it: what the end of one part of a file shares with the next. */
const OVERLAP = 66;

/**
 * Looks through the texts of artifacts of the kinds `json` and `report`, each once for ever, for the digests of others: a list that is too
 * large for a record travels as an artifact, and what it names is needed as long as it is.
 *
 * @returns how many were looked through
 */
export async function readMentions(
  client: PoolClient,
  root: string,
  told: (read: number) => void = () => undefined,
): Promise<number> {
  let read = 0;
  const list = async (after: string): Promise<string[]> => {
    const { rows } = await client.query<{ digest: string }>(
      `SELECT digest FROM artifacts WHERE kind IN ('json','report') AND NOT mentions_read AND removed_at IS NULL
         AND digest > $1 ORDER BY digest LIMIT ${PAGE}`,
      [after],
    );
    return rows.map(({ digest }) => digest);
  };
  for (let page = await list(''); page.length > 0; page = await list(page.at(-1) ?? '')) {
    for (const digest of page) if (await readOne(client, root, digest)) read += 1;
    told(read);
  }
  return read;
}

/** @returns false: there is no such file */
async function readOne(client: PoolClient, root: string, digest: string): Promise<boolean> {
  const named = new Set<string>();
  let before = '';
  try {
    for await (const part of createReadStream(blobPath(root, digest), { encoding: 'latin1', highWaterMark: 1 << 20 })) {
      const text = `${before}${String(part)}`;
      for (const each of namedDigests(text)) named.add(each);
      before = text.slice(-OVERLAP);
    }
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  named.delete(digest);
  await client.query(
    `WITH named AS (
       INSERT INTO artifact_mentions (artifact, mentions) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING
     )
     UPDATE artifacts SET mentions_read = true WHERE digest = $1`,
    [digest, [...named]],
  );
  return true;
}
