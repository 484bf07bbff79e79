import type { Command } from 'commander';
import type { Pool } from 'pg';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { type CollectionLine, listCollections, listSources } from '../../store/collections';
import { hasCollection } from '../../store/collections/has-collection';
import { Limit, Moment } from '../arguments/fields';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { collectionsText } from '../views/collections-text';

const Options = CommonOptions.extend({
  limit: Limit,
  before: z.string().optional(),
  pipeline: z.string().optional(),
  since: Moment.optional(),
});
type Asked = Omit<z.infer<typeof Options>, keyof z.infer<typeof CommonOptions>> & { readonly source?: string };

/** `perennial data collections [source]`: what each collect read, newest first. With --json one a line. */
export function registerDataCollections(data: Command): void {
  verb(
    data,
    'collections [source]',
    'list what was collected: from where, how many rows, of which time, as which version',
  )
    .option('--limit <count>', 'how many at most, 1 to 1000 (default: 20)')
    .option('--before <collection>', 'those before this one, named by run and node: the next page')
    .option('--pipeline <name>', 'those of the runs of one pipeline')
    .option('--since <time>', 'those recorded since this time, like 2026-02-01T00:00:00Z')
    .addHelpText(
      'after',
      `
Examples:
  perennial data collections
  perennial data collections orders --pipeline daily-orders --json
  perennial data collections --before 'late-airports-20260201T020000-3f9a1c collect'
A source is named by a part of its name. --json has its files, too, with digests and
ETags, and the watermark: the instant that a collect with fresh goes on after.`,
    )
    .action(
      act(async (frame) => {
        const { limit, before, pipeline, since, ...flags } = frame.options(Options);
        const [source] = frame.args;
        const rows = await withRecords(flags, (db) =>
          read(db, { limit, before, pipeline, since, ...(source === undefined ? {} : { source }) }),
        );
        if (frame.json) for (const row of rows) frame.result(row, () => '');
        else frame.line(collectionsText(rows, frame.width));
        return undefined;
      }),
    );
}

async function read(db: Pool, { limit, before, source, pipeline, since }: Asked): Promise<CollectionLine[]> {
  const rows = await listCollections(db, {
    limit,
    ...(before === undefined ? {} : { before: await collectionNamed(db, before) }),
    ...(source === undefined ? {} : { source }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(since === undefined ? {} : { since }),
  });
  if (rows.length === 0 && source !== undefined) await refuseUnknown(db, source);
  return rows;
}

/** The run and the node that the list shows of a collection, with a space between. */
async function collectionNamed(db: Pool, name: string): Promise<{ run: string; address: string }> {
  const [, run = '', address = ''] = /^(\S+) (.+)$/.exec(name.trim()) ?? [];
  if (await hasCollection(db, { run, address })) return { run, address };
  throw perennialError('PER_DATA_081', `The records have no collection '${name}'.`);
}

async function refuseUnknown(db: Pool, source: string): Promise<void> {
  if ((await listCollections(db, { source, limit: 1 })).length > 0) return;
  const known = await listSources(db);
  const are = known.length === 0 ? 'nothing was collected yet' : `there are ${known.join('; ')}`;
  throw perennialError('PER_DATA_080', `No source has '${source}' in its name: ${are}.`);
}
