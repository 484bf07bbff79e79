import { implement } from '../../core';
import { collect } from '../../steps/collect';
import { insertCollection, newestCollected } from '../../store/collections';
import { readEnvironment } from '../../store/environment';
import { recordDataset } from '../data/record-dataset';
import { withScratch } from '../data/scratch';
import type { EngineContext } from '../run-step/context';
import { refuseChanged, stampsOf } from './changed';
import { collectRows } from './collect-rows';
import { checkDeclared } from './declared';
import { keyOf, obtain } from './obtain';

/** Code of the step `collect`. */
export const collectSteps = implement(
  { collect },
  {
    collect({ source, columns, time, window, sample, fresh = false }, ctx: EngineContext) {
      return withScratch(async (scratch) => {
        const { project, collectHosts: hosts } = readEnvironment();
        const { run, address } = ctx;
        const sourceKey = keyOf(source);
        const newest = fresh ? await newestCollected(ctx.db, { run, sourceKey, time }) : null;
        const wanted = { columns, time, window, ...(newest !== null && { after: newest }) };
        checkDeclared(columns, time);
        const { found, files } = await obtain(source, { ctx, scratch, project, hosts, sourceKey, wanted });
        ctx.progress({ doing: 'reading', source: found.name });
        const stamps = await stampsOf(found);
        const got = await collectRows({ scratch, signal: ctx.signal }, { ...wanted, source: found, sample });
        await refuseChanged(found, stamps);
        const { path, rows, from, to } = got;
        ctx.progress({ doing: 'recording', rows });
        const dataset = await recordDataset(ctx, path, [{ parent: found.name, relation: 'source' }], { scratch, time });
        const { oldest, newest: last } = got;
        const row = {
          run,
          address,
          source: found.name,
          sourceKey,
          time,
          dataset,
          window,
          oldest,
          newest: last,
          rows,
          files,
        };
        ctx.inCommit((tx) => insertCollection(tx, row));
        return { dataset, rows, from, to };
      });
    },
  },
);
