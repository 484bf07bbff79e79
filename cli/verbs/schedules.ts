import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, verb } from '../frame';
import { withConnection } from '../open';
import { readProject } from '../read-project';
import { scheduleChangesText, schedulesText, scheduleText } from '../views/schedules-view';

/** `perennial schedules [name]` and `perennial schedules sync`. */
export function registerSchedules(program: Command): void {
  const schedules = verb(program, 'schedules [name]', 'list the schedules, or show that of a pipeline or model')
    .addHelpText(
      'after',
      `
Examples:
  perennial schedules
  perennial schedules train-churn
  perennial schedules sync --dry-run
Ticks that were missed or skipped are counted since the schedule was made.`,
    )
    .action(
      act(async (frame) => {
        const flags = frame.options(CommonOptions);
        const [name] = frame.args;
        const states = await withConnection(flags, async (connection) => {
          const { listSchedules } = await import('../../client/schedules/list-schedules.js');
          return listSchedules(connection, name);
        });
        if (name !== undefined && states.length === 0) {
          throw perennialError('PER_STACK_064', `Temporal holds no schedule of '${name}'.`);
        }
        if (frame.json) for (const state of states) frame.result(state, () => '');
        else if (name === undefined) frame.line(schedulesText(states, frame.width));
        else for (const state of states) frame.line(scheduleText(state, frame.width));
        return undefined;
      }),
    );
  registerSync(schedules);
}

const SyncOptions = CommonOptions.extend({ dryRun: z.boolean().default(false), keep: z.boolean().default(false) });

function registerSync(schedules: Command): void {
  verb(schedules, 'sync', "print how Temporal's schedules differ from the code's, then make them equal")
    .option('--dry-run', 'print the differences alone')
    .option('--keep', 'delete none of those that the project does not declare')
    .addHelpText(
      'after',
      `
Examples:
  perennial schedules sync --dry-run
  perennial schedules sync --json
A schedule that is paused stays paused. What Perennial did not make is left alone; where it has the id of one of the project's, the exit
code is 4. Two projects that share a namespace need --keep: each would delete the other's.`,
    )
    .action(
      act(async (frame) => {
        const { dryRun, keep, ...flags } = frame.options(SyncOptions);
        const project = await readProject(flags);
        return withConnection(flags, async (connection) => {
          const { applyAll, lookAtSchedules } = await import('../../client/schedules/sync-schedules.js');
          const look = await lookAtSchedules(connection, project);
          const changes = look.changes.filter(({ change }) => !(keep && change === 'delete'));
          if (frame.json) for (const change of changes) frame.result({ ...change, dryRun }, () => '');
          else frame.line(scheduleChangesText(changes));
          const [refusal] = dryRun ? [] : (await applyAll(look, changes)).values();
          if (refusal) throw refusal;
          const taken = changes.some(({ change }) => change === 'taken');
          const isMade = changes.some(({ change }) => change !== 'none') && !taken;
          if (!dryRun && isMade && changes.length === look.changes.length) {
            frame.note("Temporal's schedules equal the code's.");
          }
          return taken ? EXIT.refused : EXIT.done;
        });
      }),
    );
}
