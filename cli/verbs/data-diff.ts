import type { Command } from 'commander';
import { z } from 'zod';
import { dataDifferences } from '../data-differences';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readDataset } from '../read-dataset';
import { dataDiffText } from '../views/data-diff-text';

const Options = CommonOptions.extend({ exitCode: z.boolean().default(false) });

/** `perennial data diff <a> <b>`: how two data set versions differ. */
export function registerDataDiff(data: Command): void {
  verb(data, 'diff <a> <b>', 'how two data set versions differ: columns, rows, time range, and figures of each column')
    .option('--exit-code', 'end with 1 when they hold other rows')
    .addHelpText(
      'after',
      `
The records are compared; the files are not read.
Example:
  perennial data diff 3fa9c1 77b0e2 --exit-code
Exit codes: 0 done, whether they differ or not; with --exit-code 1 when they hold other rows; 2 when one of them names no version.`,
    )
    .action(
      act(async (frame) => {
        const { exitCode, ...flags } = frame.options(Options);
        const [a, b] = await withRecords(flags, async (db) => [
          await readDataset(db, frame.argument(0)),
          await readDataset(db, frame.argument(1)),
        ]);
        const found = dataDifferences(a, b);
        const named = {
          a: { digest: a.digest, rowsDigest: a.rowsDigest, rows: a.rows },
          b: { digest: b.digest, rowsDigest: b.rowsDigest, rows: b.rows },
        };
        frame.result({ ...named, differences: found }, () => dataDiffText(found, named, frame.width));
        return exitCode && found.same === 'none' ? EXIT.failed : EXIT.done;
      }),
    );
}
