import type { Command } from 'commander';
import { z } from 'zod';
import { act, CommonOptions, verb } from '../frame';

const Build = z.string().min(1).optional();
const Options = CommonOptions.extend({ from: Build, to: Build, unchecked: z.boolean().default(false) });

/** `perennial deploy move <run>` or `--from <build>`: another build goes on with what is open. */
export function registerMove(deploy: Command): void {
  verb(deploy, 'move [run]', 'let another build go on with a run, or with all that are pinned to a build')
    .option('--from <build>', 'all that is pinned to this build')
    .option('--to <build>', 'the build that goes on with it (default: the current one)')
    .option('--unchecked', 'do not replay it against that build first, which can be done for the build at hand alone')
    .addHelpText(
      'after',
      `
Examples:
  perennial deploy move train-churn-20260201T020000-3f9a1c
  perennial deploy move --from 3f9a1c0b2d4e-77aa01bc92fe
With a run go the runs that it called and the shards of its maps. What was done is kept; what is still to be done is done by the
code of that build.
Exit codes: 0 moved, or there was nothing to move; 1 some would not go on with that build, and stay where they are.`,
    )
    .action(
      act(async (frame) => {
        const { moveOpen } = await import('../deploy/move-open.js');
        return moveOpen(frame, frame.options(Options), frame.args[0]);
      }),
    );
}
