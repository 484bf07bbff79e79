import type { Command } from 'commander';
import { act, verb } from '../frame';
import { ActorOptions, actorOf, actOn, withActor } from '../intervene';

/** `perennial resume <run>`: lets a paused run go on. */
export function registerResume(program: Command): void {
  withActor(verb(program, 'resume <run>', 'let a paused run go on'))
    .addHelpText('after', '\nExample:\n  perennial resume flight-delays-20260201T020000-3f9a1c')
    .action(
      act(async (frame) => {
        const flags = frame.options(ActorOptions);
        const run = frame.argument(0);
        await actOn(frame, flags, run, { action: 'resume', ...actorOf(flags) }, `Resumed ${run}.`);
        return undefined;
      }),
    );
}
