import type { TimeWindow } from '../../core/keep/event';
import type { Db } from '../db';

/**
 * The newest window of a model that has been judged by `until` in event time; null before the first.
 *
 * @param labelled true: judged on labels that have arrived, so that a candidate can be trained and judged on it too
 */
export async function newestJudgedWindow(
  db: Db,
  model: string,
  options: { readonly labelled: boolean; readonly until?: string },
): Promise<TimeWindow | null> {
  const { rows } = await db.query<{ window_from: string; window_to: string }>(
    `SELECT window_from, window_to FROM verdicts
     WHERE model = $1
       AND (NOT $2::boolean OR (kind IN ('accuracy', 'business') AND outcome <> 'insufficient'))
       AND ($3::timestamptz IS NULL OR window_to <= $3::timestamptz)
     ORDER BY window_to DESC, window_from DESC LIMIT 1`,
    [model, options.labelled, options.until ?? null],
  );
  const [newest] = rows;
  return newest ? { from: newest.window_from, to: newest.window_to } : null;
}
