import type { Command } from 'commander';
import { act, verb } from '../frame';
import { ActorOptions, actorOf, actOn, withActor } from '../intervene';

/** `perennial pause <run>`: nothing new starts; what runs may end. */
export function registerPause(program: Command): void {
  withActor(verb(program, 'pause <run>', 'hold a run up: what runs may end, nothing new starts until it is resumed'))
    .addHelpText(
      'after',
      "\nExample:\n  perennial pause flight-delays-20260201T020000-3f9a1c --reason 'the lake moves'",
    )
    .action(
      act(async (frame) => {
        const flags = frame.options(ActorOptions);
        const run = frame.argument(0);
        const done = `Paused ${run}: what runs may end. It goes on with \`perennial resume ${run}\`.`;
        await actOn(frame, flags, run, { action: 'pause', ...actorOf(flags) }, done);
        return undefined;
      }),
    );
}
