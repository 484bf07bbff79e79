import type { Command } from 'commander';
import { act, CommonOptions, verb } from '../frame';
import { resolveSettings } from '../settings';

/** `perennial down`: ends the stack of the state folder, and whatever a killed one left there. */
export function registerDown(program: Command): void {
  verb(program, 'down', 'end the stack that runs in the state folder').action(
    act(async (frame) => {
      const { settings } = resolveSettings(frame.options(CommonOptions));
      const { stopStack } = await import('../../workers/embedded/stack.js');
      const ended = await stopStack(settings.state);
      frame.result({ state: settings.state, ended }, () =>
        ended ? `Ended the stack of ${settings.state}.` : `Nothing ran in ${settings.state}.`,
      );
      return undefined;
    }),
  );
}
