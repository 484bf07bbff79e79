import type { z } from 'zod';
import { measureQuality } from '../../activities/evaluate/metrics';
import { openScorer } from '../../activities/evaluate/score';
import { readChunks, withParquet } from '../../activities/train/features/parquet';
import { readRawBatches } from '../../activities/train/features/read-raw';
import { implement, type StepContext } from '../../core';
import { PREDICTION_COLUMNS as P, signatureOf } from '../../steps';
import { compareWindow } from './contracts';

const THREADS = 1;

/** Code of this project's own steps on the pool `gpu`. */
export const gpuSteps = implement({ compareWindow }, { compareWindow: compare });

type Input = z.output<typeof compareWindow.input>;

async function compare({ labelled, window, artifact, features }: Input, ctx: StepContext) {
  const path = await ctx.artifacts.pathOf(labelled);
  const scorer = await openScorer(await ctx.artifacts.read(artifact), ['cuda', 'cpu'], THREADS);
  const labels: number[] = [];
  const alone: number[] = [];
  const kept: number[] = [];
  try {
    await withParquet(path, THREADS, async (file) => {
      const choice = { label: { column: P.label, atLeast: 1 }, every: 1 };
      await readRawBatches(file, signatureOf(features), choice, async (batch) => {
        labels.push(...batch.labels);
        alone.push(...(await scorer.score(batch)));
        ctx.progress({ rows: labels.length });
      });
      const answered = `SELECT ${P.probability} FROM read_parquet($path) WHERE ${P.label} IS NOT NULL`;
      await readChunks(file.connection, answered, { path }, ([column], _first, rows) => {
        for (let i = 0; i < rows; i += 1) kept.push(Number(column?.getItem(i)));
      });
    });
  } finally {
    await scorer.release();
  }
  const outcomes = Uint8Array.from(labels);
  const provider = scorer.provider;
  const quality = (list: number[]) => measureQuality(outcomes, Float64Array.from(list));
  return { window, alone: quality(alone), kept: quality(kept), provider };
}
