import { implement } from '../../core';
import { clean } from '../../steps/clean';
import { recordDataset } from '../data/record-dataset';
import { withScratch } from '../data/scratch';
import type { EngineContext } from '../run-step/context';
import { cleanRows } from './clean-rows';

/** Code of the step `clean`. */
export const cleanSteps = implement(
  { clean },
  {
    clean({ dataset, quarantine, uniqueBy }, ctx: EngineContext) {
      return withScratch(async (scratch) => {
        const path = await ctx.artifacts.pathOf(dataset);
        ctx.progress({ doing: 'cleaning' });
        const work = { scratch, signal: ctx.signal };
        const parts = await cleanRows(work, { path, quarantine, uniqueBy });
        ctx.progress({ doing: 'recording', rows: parts.clean.rows });
        const from = [{ parent: dataset, relation: 'rows-of' }];
        return {
          dataset: await recordDataset(ctx, parts.clean.path, from, { scratch }),
          quarantine: await recordDataset(ctx, parts.quarantine.path, from, { scratch }),
          rowsIn: parts.rowsIn,
          rows: parts.clean.rows,
          quarantined: parts.quarantine.rows,
          duplicates: parts.duplicates,
          reasons: parts.reasons,
        };
      });
    },
  },
);
