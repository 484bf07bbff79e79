import type { Pool } from 'pg';
import { perennialError } from '../core/errors';
import { datasetNamed, type DatasetRow, findDataset } from '../store/datasets';
import { type Described, readDescribed } from './views/data-described';

/** A data set version with what the records say of its columns. */
export type ReadDataset = Omit<DatasetRow, 'schema' | 'profile'> & Described;

/**
 * The data set version that a digest, or the beginning of one, names.
 *
 * @throws PER_DATA_070 when there is none, PER_DATA_071 when there are several
 */
export async function readDataset(db: Pool, beginning: string): Promise<ReadDataset> {
  const digest = await datasetNamed(db, beginning);
  const found = await findDataset(db, digest);
  // It may have been removed between the two.
  if (found === null) throw perennialError('PER_DATA_070', `The records have no data set version ${digest}.`);
  const { schema, profile, ...row } = found;
  return { ...row, ...readDescribed({ schema, profile }) };
}
