import type { z } from 'zod';
import type { compactPredictions as contract } from '../../steps/monitor';
import { listSegmentsTouching, type SegmentRow } from '../../store/predictions';
import type { Window } from '../../steps/types';
import { recordDataset } from '../data/record-dataset';
import { withScratch } from '../data/scratch';
import type { EngineContext } from '../run-step/context';
import { compactSegments } from './compact';
import { PREDICTION_COLUMNS } from '../../steps/monitor';

/** Gathers a window's closed segments, checks each against its digest, and records them as one data set version. */
export async function compactPredictions(
  { model, window, features }: z.output<typeof contract.input>,
  ctx: EngineContext,
): Promise<z.input<typeof contract.output>> {
  return withScratch(async (scratch) => {
    const segments = await segmentsOf(ctx, model, window);
    const paths: string[] = [];
    for (const { artifact } of segments) {
      ctx.signal.throwIfAborted();
      paths.push(await ctx.artifacts.pathOf(artifact));
      ctx.progress({ doing: 'gathering', segments: paths.length, of: segments.length });
    }
    // Two segments with the same bytes are one blob: reading it twice would double its rows.
    const work = { scratch, signal: ctx.signal };
    const found = await compactSegments(work, { segments: [...new Set(paths)], model, window, features });
    const parents = segments.map(({ artifact }) => ({ parent: artifact, relation: 'predictions' }));
    const options = { scratch, time: PREDICTION_COLUMNS.event };
    const predictions = await recordDataset(ctx, found.path, parents, options);
    return { predictions, rows: found.rows, versions: [...found.versions] };
  });
}

const PAGE = 500;

async function segmentsOf(ctx: EngineContext, model: string, window: Window): Promise<SegmentRow[]> {
  const all: SegmentRow[] = [];
  for (;;) {
    const last = all.at(-1);
    const page = await listSegmentsTouching(ctx.db, model, window, {
      limit: PAGE,
      ...(last ? { after: last.id } : {}),
    });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}
