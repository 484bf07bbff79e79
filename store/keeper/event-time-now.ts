import { perennialError } from '../../core/errors';
import type { Db } from '../db';
import { newestJudgedWindow } from './newest-judged-window';

/**
 * What time it is for a model: the wall clock's, or for a model whose clock is the data's, the end of its newest judged window.
 *
 * @param wall the wall clock's instant, or a schedule's tick
 * @returns ISO 8601, UTC, milliseconds
 * @throws PER_KEEP_002 when the data's clock has not been read yet: nothing has been judged
 */
export async function eventTimeNow(
  db: Db,
  model: { readonly name: string; readonly clock: 'wall' | 'event' },
  wall: Date,
): Promise<string> {
  if (model.clock === 'wall') return wall.toISOString();
  const newest = await newestJudgedWindow(db, model.name, { labelled: false });
  if (!newest) throw perennialError('PER_KEEP_002', `No window of ${model.name} has been judged yet.`);
  return newest.to;
}
