import { perennialError } from '../../core/errors';
import type { Db } from '../db';
import { useArtifacts } from './use-artifacts';

/**
 * Notes of some artifacts that they are used now; what begins after this may refer to them.
 *
 * @param what what names them, for the message: `the data set version`
 * @throws PER_DATA_073 when one of them has been removed, or is about to be
 */
export async function refuseRemoved(db: Db, digests: readonly string[], what: string): Promise<void> {
  const gone = (await useArtifacts(db, digests)).find(({ removedAt }) => removedAt !== null);
  if (gone === undefined) return;
  throw perennialError('PER_DATA_073', `${what} ${gone.digest} was removed at ${gone.removedAt ?? ''}.`);
}
