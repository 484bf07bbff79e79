import type { z } from 'zod';
import type { StepContext } from '../../core/define/context';
import { signatureOf } from '../../steps/features';
import { Report } from '../../steps/types';
import type { weakSegments } from '../../steps/weak-segments';
import { type ParquetFile, withParquet } from '../train/features/parquet';
import { readRawBatches } from '../train/features/read-raw';
import { layOutRows, openScorer } from './score';
import { findWeakSegments } from './segments';
import { askedByFeatures, askedByName, readRows } from './segments/read-columns';
import { renderSegments } from './segments/report';

type SegmentsInput = z.output<typeof weakSegments.input>;
type SegmentsResult = z.input<typeof weakSegments.output>;

const THREADS = 2;

/**
 * Scores the labelled rows of a data set, or takes the probabilities that stand in a column, and looks for weak segments.
 *
 * @throws PER_MODEL_001, PER_MODEL_005, PER_MODEL_008 for the data set, PER_MODEL_010 for the model, PER_MODEL_011 without a
 * labelled row, PER_DATA_111, PER_DATA_113
 */
export async function findSegments(input: SegmentsInput, context: StepContext): Promise<SegmentsResult> {
  const { dataset, label, scored, by, options } = input;
  const path = await context.artifacts.pathOf(dataset);
  const findings = await withParquet(path, THREADS, async (file) => {
    const asked =
      by === undefined && scored.kind === 'model'
        ? askedByFeatures(file, scored.features)
        : await askedByName(file, by ?? []);
    const rows = await readRows(file, label, asked, scored.kind === 'column' ? scored.column : null);
    const probabilities = rows.scores ?? (await scoreAll(file, input, context));
    context.progress({ rows: rows.labels.length, columns: asked.length });
    return findWeakSegments({ labels: rows.labels, probabilities, columns: rows.columns }, options);
  });
  const html = Buffer.from(renderSegments(dataset, findings, options));
  const report = Report.parse(await context.artifacts.putBytes(html, 'report'));
  return { ...findings, report };
}

/** The model's probability of each labelled row, in the file's order. */
async function scoreAll(
  file: ParquetFile,
  { label, scored }: SegmentsInput,
  context: StepContext,
): Promise<Float64Array> {
  if (scored.kind === 'column') throw new TypeError('a column of probabilities is read, not scored');
  const scorer = await openScorer(await context.artifacts.read(scored.model), ['cpu'], THREADS);
  try {
    const parts: Float32Array[] = [];
    await readRawBatches(file, signatureOf(scored.features), { label, every: 1 }, async (batch) => {
      context.signal.throwIfAborted();
      parts.push(await scorer.score(layOutRows(batch)));
    });
    return Float64Array.from(parts.flatMap((part) => [...part]));
  } finally {
    await scorer.release();
  }
}
