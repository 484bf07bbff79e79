import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { OpenWorkflow } from '../../client/deploy/open-workflows';
import { strandedAmong } from '../../client/deploy/set-current';
import { SEEN_WITHIN } from '../../store/workers/see-worker';

/**
 * Of open workflows those whose own build has no workers. One that was killed a moment ago still counts as there: with patience it is
 * waited for, unless all are stranded as it is.
 *
 * @param options.note says to people that it waits
 * @param options.sleep waits, ms
 */
export async function strandedBut(
  db: Pool,
  open: readonly OpenWorkflow[],
  options: {
    readonly patient: boolean;
    readonly note: (text: string) => void;
    readonly sleep?: (ms: number) => Promise<unknown>;
  },
): Promise<OpenWorkflow[]> {
  const { patient, note, sleep = pause } = options;
  const stranded = await strandedAmong(db, open);
  const pinned = open.filter(({ pinnedTo, byHand }) => pinnedTo !== null && !byHand);
  if (!patient || stranded.length === pinned.length) return stranded;
  note(`looking whether workers of older builds are still there: ${SEEN_WITHIN} s`);
  await sleep((SEEN_WITHIN + 1) * 1_000);
  return strandedAmong(db, open);
}
