import type { Db } from '../db';

/** What became of one prediction. */
export interface LabelReport {
  readonly id: string;
  /** 1 where the predicted thing happened, else 0. */
  readonly label: number;
}

/** What a batch of labels came to. */
export interface LabelReceipt {
  /** Labels that are new. */
  readonly accepted: number;
  /** Labels that were there already, with the same value. */
  readonly duplicate: number;
  /** Ids whose first label says otherwise, or belongs to another model; the first one stands. */
  readonly conflicting: readonly string[];
}

/**
 * Stores labels; the first label of a prediction stands. A prediction that nobody knows may have one: its record may
 * still be on its way. Rows are inserted in the order of their ids: two batches that share some in opposite order would
 * otherwise wait for each other.
 */
export async function insertLabels(db: Db, model: string, labels: readonly LabelReport[]): Promise<LabelReceipt> {
  const { first, repeated, contradicted } = firstOfEach(labels);
  const ids = [...first.keys()];
  const { rows } = await db.query<{ id: string }>(
    `INSERT INTO labels (prediction_id, model, label)
     SELECT id, $1, label FROM unnest($2::text[], $3::float8[]) AS given (id, label)
     ORDER BY id
     ON CONFLICT (prediction_id) DO NOTHING
     RETURNING prediction_id AS id`,
    [model, ids, [...first.values()]],
  );
  const added = new Set(rows.map((row) => row.id));
  const known = ids.filter((id) => !added.has(id));
  const conflicting = [...contradicted, ...(await differing(db, model, known, first))];
  const duplicate = repeated + known.length - (conflicting.length - contradicted.length);
  return { accepted: added.size, duplicate, conflicting: [...new Set(conflicting)] };
}

/** The first label of each id in a batch; later ones of the same id repeat it or contradict it. */
export function firstOfEach(labels: readonly LabelReport[]): {
  first: Map<string, number>;
  repeated: number;
  contradicted: string[];
} {
  const first = new Map<string, number>();
  const contradicted: string[] = [];
  let repeated = 0;
  for (const { id, label } of labels) {
    const before = first.get(id);
    if (before === undefined) first.set(id, label);
    else if (before === label) repeated++;
    else contradicted.push(id);
  }
  return { first, repeated, contradicted };
}

async function differing(db: Db, model: string, ids: string[], given: ReadonlyMap<string, number>): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<{ id: string }>(
    `SELECT l.prediction_id AS id
     FROM unnest($2::text[], $3::float8[]) AS given (id, label) JOIN labels l ON l.prediction_id = given.id
     WHERE l.model <> $1 OR l.label <> given.label LIMIT $4`,
    [model, ids, ids.map((id) => given.get(id)), ids.length],
  );
  return rows.map((row) => row.id);
}
