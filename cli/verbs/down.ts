import type { Command } from 'commander';
import { z } from 'zod';
import { act, CommonOptions, verb } from '../frame';
import { resolveSettings } from '../settings';

const Options = CommonOptions.extend({ purge: z.boolean().default(false) });

/** `perennial down`: ends the stack of the state folder, and whatever a killed one left there. */
export function registerDown(program: Command): void {
  verb(program, 'down', 'end the stack that runs in the state folder')
    .option('--purge', 'remove the state folder too: records, artifacts, histories')
    .action(
      act(async (frame) => {
        const options = frame.options(Options);
        const { settings } = resolveSettings(options);
        const { purgeState, stopStack } = await import('../../workers/embedded/stack.js');
        const ended = await stopStack(settings.state);
        if (options.purge) purgeState(settings.state);
        frame.result({ state: settings.state, ended, purged: options.purge }, () =>
          [
            ended ? `Ended the stack of ${settings.state}.` : `Nothing ran in ${settings.state}.`,
            ...(options.purge ? ['Removed its state folder.'] : []),
          ].join('\n'),
        );
        return undefined;
      }),
    );
}
