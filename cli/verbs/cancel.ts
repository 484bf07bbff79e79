import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { Length } from '../arguments/fields';
import { act, verb } from '../frame';
import { ActorOptions, actorOf, actOn, withActor } from '../intervene';
import { withConnection } from '../open';

const Options = ActorOptions.extend({
  hard: z.boolean().default(false),
  grace: Length.optional(),
  node: z.string().min(1).optional(),
});

/** What runs may take to stop, ms, unless --grace says otherwise. */
const GRACE = 30_000;

/** `perennial cancel <run>`: stops it, gracefully and then hard; with --node one node or item of it. */
export function registerCancel(program: Command): void {
  withActor(verb(program, 'cancel <run>', 'stop a run, or with --node one node or item of it'))
    .option('--grace <length>', 'how long what runs may take to stop, like 30s (the default) or 5m')
    .option('--hard', 'end it at once: nothing is waited for, and what is done at the end is not done')
    .option('--node <node>', 'cancel this node or item of a map alone, like per-seed[3]; it fails as cancelled')
    .addHelpText(
      'after',
      `
Examples:
  perennial cancel flight-delays-20260201T020000-3f9a1c --reason 'the wrong month'
  perennial cancel flight-delays-20260201T020000-3f9a1c --hard
  perennial cancel late-airports-20260201T020000-3f9a1c --node 'airports[3]'`,
    )
    .action(
      act(async (frame) => {
        const { hard, grace, node, ...flags } = frame.options(Options);
        const run = frame.argument(0);
        const actor = actorOf(flags);
        if (node !== undefined) {
          if (hard || grace !== undefined)
            throw perennialError('PER_STACK_011', '--node goes with neither --hard nor --grace.');
          const done = `Cancelled ${node} of ${run}.`;
          await actOn(frame, flags, run, { action: 'cancel-node', node, ...actor }, done);
          return undefined;
        }
        const how = { ...actor, grace: grace ?? GRACE, hard };
        const { state } = await withConnection(flags, async (connection) => {
          const { cancelRun } = await import('../../client/cancel-run.js');
          return cancelRun(connection, run, how);
        });
        frame.result({ run, action: 'cancel', ...how, state }, () => WORDS[state](run));
        return undefined;
      }),
    );
}

const WORDS = {
  asked: (run: string) => `Asked ${run} to stop. \`perennial show ${run}\` tells when it has.`,
  queued: (run: string) => `No worker is there to stop ${run}: it stops when one comes, or at once with --hard.`,
  ended: (run: string) => `Ended ${run}.`,
};
