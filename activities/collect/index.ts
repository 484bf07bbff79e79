import { implement } from '../../core';
import { collect } from '../../steps/collect';
import { readEnvironment } from '../../store/environment';
import { recordDataset } from '../data/record-dataset';
import { withScratch } from '../data/scratch';
import type { EngineContext } from '../run-step/context';
import { collectRows } from './collect-rows';
import { refuseChanged, stampsOf } from './changed';
import { findSource } from './find-source';

/** Code of the step `collect`. */
export const collectSteps = implement(
  { collect },
  {
    collect({ source, columns, time, window, sample }, ctx: EngineContext) {
      return withScratch(async (scratch) => {
        const found = await findSource(source, readEnvironment().project);
        ctx.progress({ doing: 'reading', source: found.name });
        const stamps = await stampsOf(found);
        const { path, rows, from, to } = await collectRows(
          { scratch, signal: ctx.signal },
          { source: found, columns, time, window, sample },
        );
        await refuseChanged(found, stamps);
        ctx.progress({ doing: 'recording', rows });
        const dataset = await recordDataset(ctx, path, [{ parent: found.name, relation: 'source' }], { scratch, time });
        return { dataset, rows, from, to };
      });
    },
  },
);
