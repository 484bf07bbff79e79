import type { Command } from 'commander';
import { z } from 'zod';
import { listRuns } from '../../store/runs/list-runs';
import { findTriggered } from '../../store/triggers/find-triggered';
import { Limit, RunStatus } from '../arguments/fields';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { runsText } from '../views/run-view';

const Options = CommonOptions.extend({
  limit: Limit,
  before: z.string().optional(),
  pipeline: z.string().optional(),
  model: z.string().optional(),
  status: RunStatus.optional(),
});

/** `perennial runs`: the runs, newest first. With --json one a line. */
export function registerRuns(program: Command): void {
  verb(program, 'runs', 'list the runs, newest first')
    .option('--limit <count>', 'how many at most, 1 to 1000 (default: 20)')
    .option('--before <run>', 'those that started before this run: the next page')
    .option('--pipeline <name>', 'those of one pipeline')
    .option('--model <name>', "those that a model's keeper started")
    .option('--status <status>', `one of ${RunStatus.options.join(', ')}`)
    .addHelpText(
      'after',
      `
Examples:
  perennial runs --status running
  perennial runs --pipeline flight-delays --limit 5 --json`,
    )
    .action(
      act(async (frame) => {
        const { limit, before, pipeline, model, status, ...flags } = frame.options(Options);
        const page = {
          limit,
          ...(before === undefined ? {} : { before }),
          ...(pipeline === undefined ? {} : { pipeline }),
          ...(model === undefined ? {} : { model }),
          ...(status === undefined ? {} : { status }),
        };
        const runs = await withRecords(flags, async (db) => {
          const found = await listRuns(db, page);
          const triggered = await findTriggered(
            db,
            found.map(({ id }) => id),
          );
          return found.map((run) => ({ ...run, triggered: triggered.get(run.id) ?? null }));
        });
        if (frame.json) for (const run of runs) frame.result(run, () => '');
        else frame.line(runsText(runs, new Date(), frame.width));
        return undefined;
      }),
    );
}
