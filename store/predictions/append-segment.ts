import type { Db } from '../db';
import type { SegmentRow } from './segment-row';

/**
 * Records a closed segment whose bytes are in the artifact store. A segment uploaded twice (a kill between upload and
 * clean-up) keeps its first row.
 *
 * @returns true when it was not recorded before
 */
export async function appendSegment(db: Db, segment: Omit<SegmentRow, 'recorded_at'>): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO prediction_segments (id, model, artifact, rows, event_from, event_to)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING`,
    [segment.id, segment.model, segment.artifact, segment.rows, segment.event_from, segment.event_to],
  );
  return rowCount === 1;
}
