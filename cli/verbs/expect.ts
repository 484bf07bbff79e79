import type { Command } from 'commander';
import type { Pool } from 'pg';
import { perennialError } from '../../core/errors';
import { datasetNamed, findDataset } from '../../store/datasets';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';

/** `perennial expect suggest <dataset>`: proposes a suite of expectations from the profile of a data set version. */
export function registerExpect(program: Command): void {
  const expect = program.command('expect').description('expectations: what must hold of data');
  verb(expect, 'suggest <dataset>', 'propose expectations from the profile of a data set version, as a TypeScript file')
    .addHelpText(
      'after',
      `
Examples:
  perennial expect suggest 3fa9c1 > pipelines/churn/expectations.ts
  perennial expect suggest 3fa9c1 --json
A beginning of the digest is enough where it names one; \`perennial data list\` shows them. Read what is proposed: one data set
cannot say which of its figures are laws.`,
    )
    .action(
      act(async (frame) => {
        const flags = frame.options(CommonOptions);
        const { suggestExpectations, suiteText } = await import('../../activities/validate/suggest.js');
        const { dataset, described } = await withRecords(flags, (db) => readDescribed(db, frame.argument(0)));
        const expectations = suggestExpectations(described);
        frame.result({ dataset, expectations }, () => suiteText(dataset, expectations));
        return undefined;
      }),
    );
}

async function readDescribed(db: Pool, beginning: string) {
  const { DescribedDataset } = await import('../../activities/validate/suggest.js');
  const dataset = await datasetNamed(db, beginning);
  const described = DescribedDataset.safeParse(await findDataset(db, dataset));
  if (described.success) return { dataset, described: described.data };
  throw perennialError('PER_DATA_062', `The record of ${dataset.slice(0, 12)} lacks figures.`, {
    cause: described.error,
  });
}
