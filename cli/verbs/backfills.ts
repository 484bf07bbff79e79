import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { findBackfill, listBackfills } from '../../store/backfills/list-backfills';
import { listBackfillPartitions } from '../../store/backfills/list-backfill-partitions';
import { Limit } from '../arguments/fields';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, type Frame, verb } from '../frame';
import { withConnection, withRecords } from '../open';
import { backfillsText, backfillText, countsText } from '../views/backfill-view';

const Options = CommonOptions.extend({
  limit: Limit,
  before: z.string().optional(),
  cancel: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

/** `perennial backfills [id]`: how far each is, or one with its partitions that run or failed; --cancel stops it. */
export function registerBackfills(program: Command): void {
  verb(program, 'backfills [backfill]', 'list the back-fills, or show how far one is and what failed in it')
    .option('--cancel', 'begin nothing more of it; the runs that it has begun go on to their end')
    .option('--limit <count>', 'how many at most, 1 to 1000 (default: 20)')
    .option('--before <backfill>', 'those that started before this one: the next page')
    .addHelpText(
      'after',
      `
Examples:
  perennial backfills
  perennial backfills backfill-train-churn-20260201T020000-3f9a1c --json
  perennial backfills backfill-train-churn-20260201T020000-3f9a1c --cancel`,
    )
    .action(
      act(async (frame) => {
        const options = frame.options(Options);
        const [id] = frame.args;
        if (id === undefined) return list(frame, options);
        return options.cancel ? cancel(frame, options, id) : show(frame, options, id);
      }),
    );
}

async function list(frame: Frame, { cancel: cancels, limit, before, ...flags }: Options) {
  if (cancels) throw perennialError('PER_STACK_011', '--cancel needs the id of a back-fill.');
  const page = { limit, ...(before === undefined ? {} : { before }) };
  const rows = await withRecords(flags, (db) => listBackfills(db, page));
  if (frame.json) for (const row of rows) frame.result(row, () => '');
  else frame.line(backfillsText(rows, frame.width));
  return EXIT.done;
}

async function show(frame: Frame, { limit, ...flags }: Options, id: string) {
  return withRecords(flags, async (db) => {
    const row = await findBackfill(db, id);
    if (row === null) throw perennialError('PER_RUN_127', `The records hold no back-fill '${id}'.`);
    const partitions = await listBackfillPartitions(db, id, { limit, states: ['running', 'failed', 'left'] });
    frame.result({ ...row, partitions }, () => backfillText(row, partitions, frame.width));
    return EXIT.done;
  });
}

async function cancel(frame: Frame, flags: Options, id: string) {
  const row = await withConnection(flags, async (connection) => {
    const { cancelBackfill } = await import('../../client/backfill.js');
    return cancelBackfill(connection, id);
  });
  frame.result({ backfill: id, status: row.status, counts: row.counts }, () =>
    row.status === 'running'
      ? `Asked ${id} to stop: it begins nothing more (${countsText(row.counts)}).`
      : `${id} has ended as ${row.status}: ${countsText(row.counts)}.`,
  );
  return EXIT.done;
}
