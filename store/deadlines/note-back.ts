import type { Db } from '../db';
import { GONE } from './note-gone';

/**
 * Takes note that a pipeline has its deadline after all, where the code had none only since a moment ago: workers of two builds
 * are there at once.
 *
 * @param since ISO 8601
 */
export async function noteBack(
  db: Db,
  { pipeline, times, since }: { readonly pipeline: string; readonly times: string; readonly since: string },
): Promise<void> {
  await db.query(
    `UPDATE deadlines SET times = $2
     WHERE pipeline = $1 AND state = 'waiting' AND starts_with(times, $4) AND substr(times, length($4) + 1) >= $3`,
    [pipeline, times, since, GONE],
  );
}
