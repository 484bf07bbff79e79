import type { Command } from 'commander';
import type { Pool } from 'pg';
import { perennialError } from '../../core/errors';
import { findRun } from '../../store/runs/find-run';
import { act, CommonOptions, verb } from '../frame';
import { withConnection } from '../open';

/** `perennial cancel <run>`: asks it to stop; its steps see their AbortSignal. */
export function registerCancel(program: Command): void {
  verb(program, 'cancel <run>', 'ask a run to stop; it ends as `cancelled` when its steps have stopped')
    .addHelpText('after', '\nExample:\n  perennial cancel flight-delays-20260201T020000-3f9a1c')
    .action(
      act(async (frame) => {
        const flags = frame.options(CommonOptions);
        const run = frame.argument(0);
        await withConnection(flags, async (connection) => {
          const { cancelRun } = await import('../../client/cancel-run.js');
          await refuseEnded(connection.db, run);
          await cancelRun(connection, run);
        });
        frame.result(
          { run, cancelling: true },
          () => `Asked ${run} to stop. \`perennial show ${run}\` tells when it has.`,
        );
        return undefined;
      }),
    );
}

/** Temporal takes a request to cancel what has ended without a word; the person should hear of it. */
async function refuseEnded(db: Pool, id: string): Promise<void> {
  const run = await findRun(db, id);
  if (run === null || run.status === 'running') return;
  throw perennialError('PER_KEEP_004', `'${id}' is not open: it ended as ${run.status}.`);
}
