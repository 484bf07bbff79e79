import { z } from 'zod';
import { PREDICTION_COLUMNS as P } from '../../steps/monitor';
import type { Db } from '../../store/db';
import { labelsFor } from '../../store/labels';
import type { Duckdb } from '../data/duckdb';

/** One version's predictions of a window whose labels have arrived, in the order of the file. */
export interface Labelled {
  /** Predictions, labelled or not. */
  readonly rows: number;
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  readonly positives: number;
}

const Row = z.object({ id: z.string(), p: z.number() });
/** Ids that one query asks for. */
const CHUNK = 10_000;

/** Joins a version's predictions with the labels that have arrived by now. */
export async function readLabelled(
  duck: Duckdb,
  db: Db,
  of: { readonly path: string; readonly model: string; readonly version: number },
): Promise<Labelled> {
  const labels: number[] = [];
  const probabilities: number[] = [];
  let rows = 0;
  let waiting: z.infer<typeof Row>[] = [];
  const join = async (): Promise<void> => {
    const found = await labelsFor(
      db,
      of.model,
      waiting.map((row) => row.id),
    );
    const byId = new Map(found.map((label) => [label.prediction_id, label.label]));
    for (const { id, p } of waiting) {
      const label = byId.get(id);
      if (label === undefined) continue;
      labels.push(label === 1 ? 1 : 0);
      probabilities.push(p);
    }
    waiting = [];
  };
  const sql = `SELECT ${P.id} AS id, ${P.probability} AS p FROM read_parquet($path) WHERE ${P.version} = $version`;
  for await (const batch of duck.batches(Row, sql, { path: of.path, version: of.version })) {
    rows += batch.length;
    waiting.push(...batch);
    if (waiting.length >= CHUNK) await join();
  }
  await join();
  return {
    rows,
    labels: Uint8Array.from(labels),
    probabilities: Float64Array.from(probabilities),
    positives: labels.reduce((sum, label) => sum + label, 0),
  };
}
