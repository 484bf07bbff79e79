import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { z } from 'zod';
import { isPerennialError, perennialError } from '../../core/errors';
import { type Compared, type DataDifferences, dataDifferences } from '../data-differences';
import type { Shifts } from '../data-diff/compare-files';
import { EXIT } from '../exit-codes';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readDataset } from '../read-dataset';
import { resolveSettings } from '../settings';
import { dataDiffText } from '../views/data-diff-text';

const Options = CommonOptions.extend({ exitCode: z.boolean().default(false), html: z.string().min(1).optional() });

/** `perennial data diff <a> <b>`: how two data set versions differ. */
export function registerDataDiff(data: Command): void {
  verb(data, 'diff <a> <b>', 'how two data set versions differ: columns, rows, time range, and figures of each column')
    .option('--exit-code', 'end with 1 when they hold other rows')
    .option(
      '--html <file>',
      'also read both files, and write a page with the distributions of each column side by side',
    )
    .addHelpText(
      'after',
      `
The records are compared; the files are read for --html alone.
Examples:
  perennial data diff 3fa9c1 77b0e2 --exit-code
  perennial data diff 3fa9c1 77b0e2 --html diff.html
Exit codes: 0 done, whether they differ or not; with --exit-code 1 when they hold other rows; 2 when one of them names no version,
or the page cannot be written.`,
    )
    .action(
      act(async (frame) => {
        const { exitCode, html, ...flags } = frame.options(Options);
        const [found, named, shown] = await withRecords(flags, async (db) => {
          const a = await readDataset(db, frame.argument(0));
          const b = await readDataset(db, frame.argument(1));
          const differences = dataDifferences(a, b);
          const sides = {
            a: { digest: a.digest, rowsDigest: a.rowsDigest, rows: a.rows },
            b: { digest: b.digest, rowsDigest: b.rowsDigest, rows: b.rows },
          };
          const page = html === undefined ? null : await writePage(db, flags, { a, b, differences, to: resolve(html) });
          return [differences, sides, page] as const;
        });
        const result = { ...named, differences: found, ...shown };
        frame.result(result, () => {
          const text = dataDiffText(found, named, frame.width);
          return shown === null ? text : `${text}\n\nThe page: ${shown.html}`;
        });
        return exitCode && found.same === 'none' ? EXIT.failed : EXIT.done;
      }),
    );
}

/** What was written: where, and the columns as they were counted; a text: why they were not. */
interface Written {
  readonly html: string;
  readonly distributions: Shifts | string;
}

async function writePage(
  db: Pool,
  flags: CommonOptions,
  {
    a,
    b,
    differences,
    to,
  }: { readonly a: Compared; readonly b: Compared; readonly differences: DataDifferences; readonly to: string },
): Promise<Written> {
  const { compareFiles } = await import('../data-diff/compare-files.js');
  const { diffPage } = await import('../data-diff/page.js');
  const files = await filesOf(db, flags, a.digest, b.digest);
  const shifts = typeof files === 'string' ? files : await compareFiles(a, b, files);
  const page = diffPage({ a, b, differences, shifts });
  await writeFile(to, page).catch((cause: unknown) => {
    throw perennialError('PER_DATA_110', `The page cannot be written to '${to}'.`, { cause });
  });
  return { html: to, distributions: shifts };
}

/** Without a file there is a page all the same: the records outlive it. */
async function filesOf(
  db: Pool,
  flags: CommonOptions,
  a: string,
  b: string,
): Promise<{ readonly a: string; readonly b: string } | string> {
  const { diskArtifacts } = await import('../../store/artifacts/index.js');
  const { artifacts, artifactsBase } = resolveSettings(flags).settings;
  const store = diskArtifacts(db, artifacts, artifactsBase);
  try {
    return { a: await store.pathOf(a), b: await store.pathOf(b) };
  } catch (error) {
    if (isPerennialError(error) && ['PER_RUN_002', 'PER_RUN_195'].includes(error.code)) return error.message;
    throw error;
  }
}
