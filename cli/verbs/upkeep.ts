import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readProject } from '../read-project';
import { resolveSettings } from '../settings';
import { upkeepText } from '../views/upkeep-text';

const Options = CommonOptions.extend({ dryRun: z.boolean().default(false) });

/** `perennial upkeep`: removes what is older than the project's retention says. With --json one object. */
export function registerUpkeep(program: Command): void {
  verb(program, 'upkeep', 'remove records that are older than the retention of perennial.config.ts says')
    .option('--dry-run', 'say what would go, and how much; nothing is removed')
    .addHelpText(
      'after',
      `
Examples:
  perennial upkeep --dry-run
  perennial upkeep --json
A worker does the same once a day. What is still pointed at stays: docs/OPERATIONS.md, Retention.`,
    )
    .action(
      act(async (frame) => {
        const { dryRun, ...flags } = frame.options(Options);
        const { artifacts } = resolveSettings(flags).settings;
        const { retention } = await readProject(flags);
        const result = await withRecords(flags, async (db) => {
          const { doUpkeep } = await import('../../store/upkeep/upkeep.js');
          return doUpkeep({ db, artifacts, retention, dryRun });
        });
        if (result === null) throw perennialError('PER_STACK_081', 'Another process does the upkeep of this database.');
        frame.result(result, (done) => upkeepText(done, frame.width));
        return undefined;
      }),
    );
}
