import type { Command } from 'commander';
import type { Pool } from 'pg';
import { listCollections } from '../../store/collections';
import { findMarks } from '../../store/datasets';
import { findRemoval } from '../../store/gc/find-removal';
import { listChildren, listParents, listTrainedOn } from '../../store/lineage';
import { listSuiteUses } from '../../store/suites';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readDataset } from '../read-dataset';
import { datasetText, type DatasetView } from '../views/data-view';

/** `perennial data show <digest>`: one data set version in full. */
export function registerDataShow(data: Command): void {
  verb(
    data,
    'show <digest>',
    'one data set version: its columns and their figures, where it came from, what stands on it',
  )
    .addHelpText(
      'after',
      '\nExample:\n  perennial data show 3fa9c1\nA beginning of the digest is enough where it names one.',
    )
    .action(
      act(async (frame) => {
        const flags = frame.options(CommonOptions);
        const view = await withRecords(flags, (db) => readView(db, frame.argument(0)));
        frame.result(view, (found) => datasetText(found, frame.width));
        return undefined;
      }),
    );
}

async function readView(db: Pool, beginning: string): Promise<DatasetView> {
  const found = await readDataset(db, beginning);
  const { digest } = found;
  const [marks, from, into, models, removed, collections, suites] = [
    await findMarks(db, digest),
    await listParents(db, digest),
    await listChildren(db, digest),
    await listTrainedOn(db, digest),
    await findRemoval(db, digest),
    await listCollections(db, { dataset: digest }),
    await listSuiteUses(db, digest),
  ];
  return { ...found, ...marks, from, into, models, removed, collections, suites };
}
