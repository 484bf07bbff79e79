import type { Command } from 'commander';
import { z } from 'zod';
import { datasetNamed, tagDataset, untagDataset } from '../../store/datasets';
import { act, CommonOptions, verb } from '../frame';
import { actorOf } from '../intervene';
import { withRecords } from '../open';

const Options = CommonOptions.extend({ by: z.string().min(1).optional(), remove: z.boolean().default(false) });

/** `perennial data tag <digest> <tag>`: gives a data set version a name, or takes it off. */
export function registerDataTag(data: Command): void {
  verb(data, 'tag <digest> <tag>', 'give a data set version a tag, or take it off')
    .option('--remove', 'take the tag off')
    .option('--by <name>', 'who does it, for the records (default: the user of the operating system)')
    .addHelpText(
      'after',
      `
Several versions may have one tag, and one version several.
Examples:
  perennial data tag 3fa9c1 release
  perennial data tag 3fa9c1 release --remove`,
    )
    .action(
      act(async (frame) => {
        const { by: given, remove, ...flags } = frame.options(Options);
        const tag = frame.argument(1);
        const { by } = actorOf({ by: given, ...flags });
        const { digest, changed } = await withRecords(flags, async (db) => {
          const found = await datasetNamed(db, frame.argument(0));
          const act = remove ? untagDataset : tagDataset;
          return { digest: found, changed: await act(db, found, tag, { by }) };
        });
        frame.result({ digest, tag, tagged: !remove, changed, by }, () => said(digest, tag, { remove, changed }));
        return undefined;
      }),
    );
}

function said(digest: string, tag: string, { remove, changed }: { remove: boolean; changed: boolean }): string {
  if (remove) return changed ? `${digest} no longer has the tag ${tag}.` : `${digest} had no tag ${tag}.`;
  return changed ? `${digest} has the tag ${tag}.` : `${digest} had the tag ${tag} already.`;
}
