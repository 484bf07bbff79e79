import type { Command } from 'commander';
import { datasetNamed, pinDataset, unpinDataset } from '../../store/datasets';
import { act, verb } from '../frame';
import { ActorOptions, actorOf, withActor } from '../intervene';
import { withRecords } from '../open';

/** `perennial data pin <digest>`: notes that a data set version is to be kept, with who says so, when and why. */
export function registerDataPin(data: Command): void {
  withActor(verb(data, 'pin <digest>', 'note that a data set version is to be kept'))
    .addHelpText('after', "\nExample:\n  perennial data pin 3fa9c1 --reason 'behind the figures of the yearly report'")
    .action(
      act(async (frame) => {
        const { by, reason, ...flags } = frame.options(ActorOptions);
        const actor = actorOf({ by, reason, ...flags });
        const digest = await withRecords(flags, async (db) => {
          const found = await datasetNamed(db, frame.argument(0));
          await pinDataset(db, found, actor);
          return found;
        });
        frame.result({ digest, pinned: true, ...actor }, () => `${digest} is pinned.`);
        return undefined;
      }),
    );
}

/** `perennial data unpin <digest>`. */
export function registerDataUnpin(data: Command): void {
  verb(data, 'unpin <digest>', 'take the pin off a data set version')
    .option('--by <name>', 'who does it, for the records (default: the user of the operating system)')
    .addHelpText(
      'after',
      '\nExample:\n  perennial data unpin 3fa9c1\nOne that is not pinned stays so, with exit code 0.',
    )
    .action(
      act(async (frame) => {
        const options = frame.options(ActorOptions);
        const { by } = actorOf(options);
        const { digest, changed } = await withRecords(options, async (db) => {
          const found = await datasetNamed(db, frame.argument(0));
          return { digest: found, changed: await unpinDataset(db, found, { by }) };
        });
        frame.result({ digest, pinned: false, changed, by }, () =>
          changed ? `${digest} is no longer pinned.` : `${digest} was not pinned.`,
        );
        return undefined;
      }),
    );
}
