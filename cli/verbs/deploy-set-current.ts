import type { Command } from 'commander';
import { z } from 'zod';
import { Length } from '../arguments/fields';
import { act, CommonOptions, verb } from '../frame';

const Options = CommonOptions.extend({
  wait: Length.optional(),
  unchecked: z.boolean().default(false),
  move: z.boolean().default(false),
  allowGone: z.boolean().default(false),
});

/** `perennial deploy set-current [build]`: new runs begin with it. */
export function registerSetCurrent(deploy: Command): void {
  verb(deploy, 'set-current [build]', 'make a build the one that new runs begin with (default: the build at hand)')
    .option('--wait <time>', "wait for its workers for as long as that: '2m'")
    .option('--unchecked', 'do not replay what is open against it first')
    .option('--move', 'move runs whose own build has no workers any more; each is replayed first')
    .option('--allow-gone', 'although something that the project no longer has is still at work')
    .addHelpText(
      'after',
      `
Examples:
  perennial deploy set-current --wait 2m
  perennial deploy set-current 3f9a1c0b2d4e-77aa01bc92fe      # back to an earlier build, whose workers are still there
Runs stay with the build that they began on, so its workers have to stay until it is drained (\`perennial deploy builds\`). Keepers
and back-fills move with the next history that they begin. Another build than the one at hand is not held against histories.
Exit codes: 0 it is current; 1 a run would not go on with it, and nothing was changed, or with --move, some were not moved.`,
    )
    .action(
      act(async (frame) => {
        const { makeBuildCurrent } = await import('../deploy/make-build-current.js');
        return makeBuildCurrent(frame, frame.options(Options), frame.args[0]);
      }),
    );
}
