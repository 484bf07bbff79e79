import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type labelPredictions as contract, PREDICTION_COLUMNS as P } from '../../steps/monitor';
import { labelsFor } from '../../store/labels';
import { recordDataset } from '../data/record-dataset';
import { withScratch } from '../data/scratch';
import { type Duckdb, withDuckdb } from '../data/duckdb';
import type { EngineContext } from '../run-step/context';

const Id = z.object({ id: z.string() });
/** Ids that one query asks for. */
const CHUNK = 10_000;

/** Joins predictions with the labels that have arrived by now; a prediction without one is left out. */
export async function labelPredictions(
  { model, predictions }: z.output<typeof contract.input>,
  ctx: EngineContext,
): Promise<z.input<typeof contract.output>> {
  const path = await ctx.artifacts.pathOf(predictions);
  return withScratch(async (scratch) => {
    const labels = join(scratch, 'labels.ndjson');
    const target = join(scratch, 'labelled.parquet');
    await withDuckdb({ reads: [path], scratch, signal: ctx.signal }, async (duck) => {
      await writeFile(labels, (await labelLines(duck, ctx, model, path)).join(''));
      await duck.writeParquet(JOINED, target, { path, labels });
    });
    const counted = { reads: [target], scratch, signal: ctx.signal };
    const { rows } = await withDuckdb(counted, (duck) => duck.row(Count, COUNT, { path: target }));
    const parents = [{ parent: predictions, relation: 'labelled' }];
    return { labelled: await recordDataset(ctx, target, parents, { scratch, time: P.event }), rows };
  });
}

const JOINED = `
  SELECT p.*, l.label::TINYINT AS ${P.label}
  FROM read_parquet($path) p
  JOIN read_ndjson($labels, columns = {id: 'VARCHAR', label: 'DOUBLE'}) l ON l.id = p.${P.id}
  ORDER BY p.${P.event}, p.${P.id}`;

const Count = z.object({ rows: z.int() });
const COUNT = 'SELECT count(*) AS rows FROM read_parquet($path)';

async function labelLines(duck: Duckdb, ctx: EngineContext, model: string, path: string): Promise<string[]> {
  const ids = (await duck.rows(Id, `SELECT ${P.id} AS id FROM read_parquet($path)`, { path })).map((row) => row.id);
  const lines: string[] = [];
  for (let first = 0; first < ids.length; first += CHUNK) {
    for (const { prediction_id: id, label } of await labelsFor(ctx.db, model, ids.slice(first, first + CHUNK))) {
      lines.push(`${JSON.stringify({ id, label })}\n`);
    }
  }
  return lines;
}
