import type { Paused } from '../../core/interpret/intervention';
import type { Db } from '../db';

/** Records that a run is held up, by whom and why; null: it goes on. */
export async function notePaused(db: Db, run: string, paused: Paused | null): Promise<void> {
  await db.query(`UPDATE runs SET paused = $2 WHERE id = $1`, [run, paused === null ? null : JSON.stringify(paused)]);
}
