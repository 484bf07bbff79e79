import type { Command } from 'commander';
import { z } from 'zod';
import { datasetNamed, listDatasets } from '../../store/datasets';
import { Limit, Moment } from '../arguments/fields';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { datasetsText } from '../views/data-view';

const Options = CommonOptions.extend({
  limit: Limit,
  before: z.string().optional(),
  tag: z.string().optional(),
  pipeline: z.string().optional(),
  since: Moment.optional(),
});

/** `perennial data list`: the data set versions, newest first. With --json one a line. */
export function registerDataList(data: Command): void {
  verb(data, 'list', 'list the data set versions, newest first')
    .option('--limit <count>', 'how many at most, 1 to 1000 (default: 20)')
    .option('--before <digest>', 'those that were recorded before this one: the next page')
    .option('--tag <tag>', 'those with this tag')
    .option('--pipeline <name>', 'those that runs of one pipeline made first')
    .option('--since <time>', 'those recorded since this time, like 2026-02-01T00:00:00Z')
    .addHelpText(
      'after',
      `
Examples:
  perennial data list --pipeline flight-delays --since 2026-02-01
  perennial data list --tag release --json`,
    )
    .action(
      act(async (frame) => {
        const { limit, before, tag, pipeline, since, ...flags } = frame.options(Options);
        const datasets = await withRecords(flags, async (db) =>
          listDatasets(db, {
            limit,
            ...(before === undefined ? {} : { before: await datasetNamed(db, before) }),
            ...(tag === undefined ? {} : { tag }),
            ...(pipeline === undefined ? {} : { pipeline }),
            ...(since === undefined ? {} : { since }),
          }),
        );
        if (frame.json) for (const dataset of datasets) frame.result(dataset, () => '');
        else frame.line(datasetsText(datasets, frame.width));
        return undefined;
      }),
    );
}
