import { z } from 'zod';
import type { Db } from '../db';
import type { SuiteUse } from './record-suite-use';

/** A use as the records hold it. */
export interface RecordedUse extends SuiteUse {
  readonly at: string;
}

const Row = z.object({
  dataset: z.string(),
  name: z.string(),
  digest: z.string(),
  kind: z.enum(['suite', 'rule-set']),
  run: z.string(),
  address: z.string(),
  members: z.int(),
  broken: z.int().nullable(),
  report: z.string(),
  at: z.string(),
});

/** The suites that have judged a data set version, and the rule sets that have made it: the newest use of each version of one, 100 at most. */
export async function listSuiteUses(db: Db, dataset: string): Promise<RecordedUse[]> {
  const { rows } = await db.query(
    `SELECT * FROM (
       SELECT DISTINCT ON (name, digest) dataset, name, digest, kind, run_id AS run, address, members, broken, report, recorded_at AS at
       FROM suite_uses WHERE dataset = $1 ORDER BY name, digest, recorded_at DESC
     ) AS newest ORDER BY at DESC, name, digest LIMIT 100`,
    [dataset],
  );
  return z.array(Row).parse(rows);
}
