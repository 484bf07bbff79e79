import type { Command } from 'commander';
import { z } from 'zod';
import { findPipeline } from '../../client/runnable';
import { listDeadlines } from '../../store/deadlines/list-deadlines';
import { Limit } from '../arguments/fields';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readProject } from '../read-project';
import { deadlinesText } from '../views/deadlines-view';

const Options = CommonOptions.extend({ limit: Limit, missed: z.boolean().default(false) });

/** `perennial deadlines [pipeline]`: which were met, which were missed, and which comes next. */
export function registerDeadlines(program: Command): void {
  verb(
    program,
    'deadlines [pipeline]',
    'list the deadlines: the next ones, those that were met, and those that were missed',
  )
    .option('--missed', 'those that were missed, and when they were done after all')
    .option('--limit <count>', 'how many at most, 1 to 1000 (default: 20)')
    .addHelpText(
      'after',
      `
Examples:
  perennial deadlines
  perennial deadlines train-churn --missed --json`,
    )
    .action(
      act(async (frame) => {
        const { limit, missed, ...flags } = frame.options(Options);
        const [pipeline] = frame.args;
        const page = { limit, missed, ...(pipeline === undefined ? {} : { pipeline }) };
        const rows = await withRecords(flags, (db) => listDeadlines(db, page));
        // A pipeline that the project has dropped keeps the deadlines that it had.
        if (pipeline !== undefined && rows.length === 0) findPipeline((await readProject(flags)).pipelines, pipeline);
        if (frame.json) for (const row of rows) frame.result(row, () => '');
        else frame.line(deadlinesText(rows, Date.now(), frame.width, { missed, pipeline }));
        return undefined;
      }),
    );
}
