import type { Db } from '../db';

/** A suite or a rule set, in the version that it was, as a node used it on a data set version. */
export interface SuiteUse {
  readonly dataset: string;
  readonly name: string;
  readonly digest: string;
  readonly kind: 'suite' | 'rule-set';
  readonly run: string;
  readonly address: string;
  /** Expectations, or rules. */
  readonly members: number;
  /** Expectations that did not hold; null: rules. */
  readonly broken: number | null;
  /** The digest of the page that tells. */
  readonly report: string;
}

/** Records a use. The same node telling it again changes nothing. */
export async function recordSuiteUse(db: Db, use: SuiteUse): Promise<void> {
  await db.query(
    `INSERT INTO suite_uses (dataset, name, digest, kind, run_id, address, members, broken, report)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    [use.dataset, use.name, use.digest, use.kind, use.run, use.address, use.members, use.broken, use.report],
  );
}
