import { implement } from '../../core';
import { split } from '../../steps/split';
import { recordDataset } from '../data/record-dataset';
import { withScratch } from '../data/scratch';
import type { EngineContext } from '../run-step/context';
import { splitRows } from './split-rows';

/** Code of the step `split`. */
export const splitSteps = implement(
  { split },
  {
    split({ dataset, by }, ctx: EngineContext) {
      return withScratch(async (scratch) => {
        const path = await ctx.artifacts.pathOf(dataset);
        ctx.progress({ doing: 'splitting' });
        const parts = await splitRows({ scratch, signal: ctx.signal }, { path, by });
        const from = [{ parent: dataset, relation: 'rows-of' }];
        return {
          train: await recordDataset(ctx, parts.train.path, from, { scratch }),
          test: await recordDataset(ctx, parts.test.path, from, { scratch }),
          trainRows: parts.train.rows,
          testRows: parts.test.rows,
        };
      });
    },
  },
);
