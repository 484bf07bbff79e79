import type { Db } from '../db';

/** One value of a business metric, for one version on one window, as one run saw it. */
export interface BusinessPoint {
  readonly model: string;
  readonly metric: string;
  readonly version: number;
  readonly from: string;
  readonly to: string;
  readonly value: number;
  readonly run: string;
}

/** Records a point. The same run telling it again changes nothing. */
export async function insertPoint(db: Db, point: BusinessPoint): Promise<void> {
  await db.query(
    `INSERT INTO business_points (model, metric, version, window_from, window_to, value, run_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [point.model, point.metric, point.version, point.from, point.to, point.value, point.run],
  );
}
