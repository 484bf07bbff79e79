import type { Command } from 'commander';
import { z } from 'zod';
import { listSuites } from '../../store/suites';
import { Limit } from '../arguments/fields';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { suitesText } from '../views/suites-view';

const Options = CommonOptions.extend({ limit: Limit, before: z.string().optional() });

/** `perennial data suites [name]`: shared suites of expectations and rule sets, a version a line. With --json one a line. */
export function registerDataSuites(data: Command): void {
  verb(data, 'suites [name]', 'shared suites of expectations and sets of cleaning rules: each version, and who uses it')
    .option('--limit <count>', 'how many at most, 1 to 1000 (default: 20)')
    .option('--before <digest>', 'those that were last used before this version: the next page')
    .addHelpText(
      'after',
      `
Examples:
  perennial data suites
  perennial data suites orders --json`,
    )
    .action(
      act(async (frame) => {
        const { limit, before, ...flags } = frame.options(Options);
        const [name] = frame.args;
        const suites = await withRecords(flags, (db) =>
          listSuites(db, {
            limit,
            ...(name === undefined ? {} : { name }),
            ...(before === undefined ? {} : { before }),
          }),
        );
        if (frame.json) for (const one of suites) frame.result(one, () => '');
        else frame.line(suitesText(suites, frame.width));
        return undefined;
      }),
    );
}
