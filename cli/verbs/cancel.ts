import type { Command } from 'commander';
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
