import type { Command } from 'commander';
import type { Pool } from 'pg';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { findSuiteVersions, listSuites, type SuiteVersion } from '../../store/suites';
import { Limit } from '../arguments/fields';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { suitesText } from '../views/suites-view';

const Options = CommonOptions.extend({ limit: Limit, before: z.string().optional() });

/** `perennial data suites [name]`: shared suites of expectations and rule sets, a version a line. With --json one a line. */
export function registerDataSuites(data: Command): void {
  verb(data, 'suites [name]', 'shared suites of expectations and sets of cleaning rules: each version, and who uses it')
    .option('--limit <count>', 'how many at most, 1 to 1000 (default: 20)')
    .option('--before <version>', 'those last used before this one, given by name and digest: the next page')
    .addHelpText(
      'after',
      `
Examples:
  perennial data suites
  perennial data suites orders --json
  perennial data suites --before 'orders 3fa9c1d2e4b5'`,
    )
    .action(
      act(async (frame) => {
        const { limit, before, ...flags } = frame.options(Options);
        const [name] = frame.args;
        const suites = await withRecords(flags, async (db) =>
          listSuites(db, {
            limit,
            ...(name === undefined ? {} : { name }),
            ...(before === undefined ? {} : { before: await versionNamed(db, before) }),
          }),
        );
        if (frame.json) for (const one of suites) frame.result(one, () => '');
        else frame.line(suitesText(suites, frame.width));
        return undefined;
      }),
    );
}

/** A line by what the list shows of it, name and version: a digest alone is of every name that has this content. */
async function versionNamed(db: Pool, text: string): Promise<SuiteVersion> {
  const [, name, digest] = /^(\S+)(?: \((?:suite|rule-set)\))? +([0-9a-f]+)$/.exec(text.trim()) ?? [];
  const [version, other] =
    name === undefined || digest === undefined ? [] : await findSuiteVersions(db, { name, digest });
  if (version !== undefined && other === undefined) return version;
  const found = version === undefined ? 'no version' : 'more than one version';
  throw perennialError('PER_DATA_081', `The records have ${found} '${text}' of a suite or a rule set.`);
}
