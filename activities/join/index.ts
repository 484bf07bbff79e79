import { implement } from '../../core';
import { joinAsOf } from '../../steps/join-as-of';
import { recordDataset } from '../data/record-dataset';
import { withScratch } from '../data/scratch';
import type { EngineContext } from '../run-step/context';
import { type FeatureFile, joinRows } from './join-rows';

/** Code of the step `join-as-of`. */
export const joinSteps = implement(
  { joinAsOf },
  {
    joinAsOf({ dataset, time, features }, ctx: EngineContext) {
      return withScratch(async (scratch) => {
        const path = await ctx.artifacts.pathOf(dataset);
        const tables = new Map<string, FeatureFile>();
        for (const [name, table] of Object.entries(features)) {
          tables.set(name, { ...table, path: await ctx.artifacts.pathOf(table.dataset) });
        }
        ctx.progress({ doing: 'joining' });
        const joined = await joinRows({ scratch, signal: ctx.signal }, { path, time, features: tables });
        ctx.progress({ doing: 'recording', rows: joined.rows.rows });
        const taken = Object.values(features).map((table) => ({ parent: table.dataset, relation: 'columns-of' }));
        const parents = [{ parent: dataset, relation: 'rows-of' }, ...taken];
        return {
          dataset: await recordDataset(ctx, joined.rows.path, parents, { scratch }),
          rows: joined.rows.rows,
          features: Object.fromEntries(joined.features),
        };
      });
    },
  },
);
