import type { Command } from 'commander';
import { z } from 'zod';
import type { Purged } from '../../workers/embedded/state-folder';
import { act, CommonOptions, verb } from '../frame';
import { resolveSettings } from '../settings';

const Options = CommonOptions.extend({ purge: z.boolean().default(false) });

const PURGED: Readonly<Record<Purged, string>> = {
  removed: 'Removed its state folder.',
  emptied: 'Removed what stacks kept in its state folder; the folder stays, for it holds other files too.',
  nothing: 'There was nothing to remove: no stack has kept anything there.',
};

/** `perennial down`: ends the stack of the state folder, and whatever a killed one left there. */
export function registerDown(program: Command): void {
  verb(program, 'down', 'end the stack that runs in the state folder')
    .option('--purge', 'remove the state folder too: records, artifacts, histories')
    .addHelpText('after', '\nExamples:\n  perennial down\n  perennial down --purge')
    .action(
      act(async (frame) => {
        const options = frame.options(Options);
        const { settings } = resolveSettings(options);
        const { purgeState, stopStack } = await import('../../workers/embedded/stack.js');
        const ended = await stopStack(settings.state);
        const purged = options.purge ? purgeState(settings.state) : null;
        const removed = purged === 'removed' || purged === 'emptied';
        frame.result({ state: settings.state, ended, purged: removed }, () =>
          [
            ended ? `Ended the stack of ${settings.state}.` : `Nothing ran in ${settings.state}.`,
            ...(purged === null ? [] : [PURGED[purged]]),
          ].join('\n'),
        );
        return undefined;
      }),
    );
}
