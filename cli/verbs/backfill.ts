import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import type { BackfillPreview } from '../../client/backfill';
import type { Connection } from '../../client/connection';
import { findBackfill } from '../../store/backfills/list-backfills';
import type { BackfillRow } from '../../store/backfills/backfill-row';
import { everyOne, runConfig } from '../arguments/run-config';
import { EXIT, type ExitCode } from '../exit-codes';
import { act, CommonOptions, type Frame, verb } from '../frame';
import { withConnection } from '../open';
import { readProject } from '../read-project';
import { countsText } from '../views/backfill-view';
import { warnOfOtherCode } from './run';

const Options = CommonOptions.extend({
  from: z.string().optional(),
  to: z.string().optional(),
  missingOnly: z.boolean().default(false),
  maxParallel: z.coerce.number().int().min(1).max(200).default(4),
  config: z.array(z.string()).default([]),
  set: z.array(z.string()).default([]),
  dryRun: z.boolean().default(false),
  wait: z.boolean().default(false),
});

const LOOK_EVERY_MS = 500;

/** `perennial backfill <pipeline>`: runs for the partitions of a range that are not done. */
export function registerBackfill(program: Command): void {
  verb(program, 'backfill <pipeline>', 'run the partitions of a range that are not done, a few at a time')
    .option('--from <key>', 'from this partition (default: the first)')
    .option('--to <key>', 'to this one, included (default: the newest that is over)')
    .option('--missing-only', 'what another plan has done counts as done too')
    .option('--max-parallel <count>', 'runs at the same time, 1 to 200 (default: 4)')
    .option('--config <config>', 'the config of every run, as of `perennial run`', everyOne)
    .option('--set <key=value...>', 'one key of the config; may be repeated')
    .option('--dry-run', 'say what would be run, and run nothing')
    .option('--wait', 'tell of its progress until it has ended; the exit code then says how')
    .addHelpText(
      'after',
      `
Examples:
  perennial backfill train-churn --from 2026-01-01 --to 2026-02-28 --wait
  perennial backfill train-churn --missing-only --max-parallel 8 --set table=events --json
It goes on without this command and through restarts; \`perennial backfills\` shows how far it is.
Exit codes: 4 when another back-fill has one of the partitions before it; with --wait 1 when a partition failed.`,
    )
    .action(
      act(async (frame) => {
        const { config, set, dryRun, wait, from, to, missingOnly, maxParallel, ...flags } = frame.options(Options);
        const request = {
          pipeline: frame.argument(0),
          config: runConfig(config, set),
          missingOnly,
          maxParallel,
          from,
          to,
        };
        return withConnection(flags, async (connection) => {
          const project = await readProject(flags);
          const { previewBackfill, startBackfill } = await import('../../client/backfill.js');
          if (dryRun) return told(frame, null, await previewBackfill(connection, project.pipelines, request));
          await warnOfOtherCode(frame, connection, project, request.pipeline);
          const { id, ...preview } = await startBackfill(connection, project.pipelines, request);
          return id !== null && wait ? follow(frame, connection, id) : told(frame, id, preview);
        });
      }),
    );
}

/** What was started, or would be. */
function told(frame: Frame, id: string | null, preview: BackfillPreview): ExitCode {
  const { partitions, start, running, kept } = preview;
  const counts = `${start.length} to run, ${running.length} under way, ${kept.length} done before, of ${partitions.length}`;
  const first = start.slice(0, 20).join(', ');
  const which = start.length > 0 ? `\n  ${first}${start.length > 20 ? `, and ${start.length - 20} more` : ''}` : '';
  frame.result({ backfill: id, start, running, kept }, () =>
    id === null
      ? `Started nothing: ${counts}.${which}`
      : `Started ${id}: ${counts}. \`perennial backfills ${id}\` shows how far it is.`,
  );
  return EXIT.done;
}

/** Tells of its progress until it has ended. */
async function follow(frame: Frame, { db }: Connection, id: string): Promise<ExitCode> {
  if (!frame.json) frame.note(`started ${id}`);
  let said = '';
  for (;;) {
    const row = await findBackfill(db, id);
    const news = row === null ? '' : countsText(row.counts);
    if (news !== said && !frame.json) frame.note(news);
    said = news;
    if (row !== null && row.status !== 'running') return ended(frame, row);
    await setTimeout(LOOK_EVERY_MS);
  }
}

function ended(frame: Frame, row: BackfillRow): ExitCode {
  const { id, pipeline, status, counts } = row;
  const more = counts.failed > 0 ? ` \`perennial backfills ${id}\` says why.` : '';
  frame.result({ backfill: id, pipeline, status, counts }, () => `${id} ${status}: ${countsText(counts)}.${more}`);
  return status === 'completed' ? EXIT.done : EXIT.failed;
}
